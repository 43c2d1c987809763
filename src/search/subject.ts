import { type CloudTrailRecord, categoryOf, readLookupFields } from '../event/index.ts';
import type { NamedField } from './query.ts';

/** An event as the matcher sees it. */
export interface Subject {
  /** The text of a named field; empty when the event has none. `tag` is in `tags`. */
  text(field: Exclude<NamedField, 'tag'>): string;
  /** Without their `#`. */
  readonly tags: readonly string[];
  /** What enrichment added under this name; empty when nothing. */
  enriched(name: string): string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly arrived: number;
  /** The record's own text. */
  readonly raw: string;
  /** The parsed record; parsed at the first call only. */
  record(): unknown;
}

/** What opentrail knows of an event that it holds. */
export interface KnownOf {
  readonly id: string;
  readonly repo: string;
  readonly time: number;
  readonly arrived: number;
  readonly account?: string;
  readonly region?: string;
  readonly priority?: string;
  readonly rule?: string;
  readonly from?: string;
  readonly file?: string;
  readonly tags?: readonly string[];
  readonly enrichment?: Readonly<Record<string, string>>;
  readonly raw: string;
}

/** The fields that are read from a record itself. */
export type RecordFields = Readonly<
  Record<
    | 'account'
    | 'region'
    | 'source'
    | 'name'
    | 'user'
    | 'arn'
    | 'accesskey'
    | 'ip'
    | 'error'
    | 'readonly'
    | 'category',
    string
  >
>;

/** Reads the named fields of a parsed record; what is missing or not a text is empty. Never throws. */
export function readRecordFields(value: unknown): RecordFields {
  const record = asObject(value) as CloudTrailRecord;
  const identity = asObject(record.userIdentity);
  const fields = readLookupFields(record);
  return {
    account: textOf(record.recipientAccountId) || textOf(identity.accountId),
    region: textOf(record.awsRegion),
    source: fields.eventSource ?? '',
    name: fields.eventName ?? '',
    user: fields.username ?? '',
    arn: textOf(identity.arn),
    accesskey: fields.accessKeyId ?? '',
    ip: textOf(record.sourceIPAddress),
    error: textOf(record.errorCode),
    readonly: fields.readOnly ?? '',
    category: categoryOf(record) ?? '',
  };
}

/** An event as a subject: fields that are not given are read from the record when they are asked for. */
export function subjectOf(known: KnownOf, given?: RecordFields): Subject {
  let record: { readonly value: unknown } | undefined;
  let fields = given;
  const parsed = () => {
    record ??= { value: parse(known.raw) };
    return record.value;
  };
  const own = new Map<string, string>([
    ['id', known.id],
    ['repo', known.repo],
    ['priority', known.priority ?? ''],
    ['rule', known.rule ?? ''],
    ['from', known.from ?? ''],
    ['file', known.file ?? ''],
    ...(known.account === undefined ? [] : ([['account', known.account]] as const)),
    ...(known.region === undefined ? [] : ([['region', known.region]] as const)),
  ]);
  const enrichment = new Map(
    Object.entries(known.enrichment ?? {}).map(([name, value]) => [name.replace(/^enrich\./, ''), value]),
  );
  return {
    text(field) {
      const text = own.get(field);
      if (text !== undefined) return text;
      fields ??= readRecordFields(parsed());
      return fields[field as keyof RecordFields];
    },
    tags: (known.tags ?? []).map((tag) => tag.replace(/^#/, '')),
    enriched: (name) => enrichment.get(name) ?? '',
    time: known.time,
    arrived: known.arrived,
    raw: known.raw,
    record: parsed,
  };
}

function parse(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
