import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import {
  type AcceptedEvent,
  type CloudTrailRecord,
  categoryOf,
  EVENT_VERSION,
  formatEventTime,
  isReadOnlyName,
  parseEventTime,
  readLookupFields,
  spliceMembers,
  toOneLine,
} from '../event/index.ts';

/** Why a record is not taken. The names are also the `reason` of the metric `opentrail_events_refused_total`. */
export type RefusalReason =
  | 'InvalidJson'
  | 'InvalidUtf8'
  | 'TooLarge'
  | 'MissingField'
  | 'InvalidType'
  | 'InvalidEventTime'
  | 'InvalidAccount'
  | 'ForeignAccount'
  | 'InvalidRegion'
  | 'InvalidCategory'
  | 'InvalidEventId';

export interface Refusal {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  /** For people: what is wrong, with the value that was refused. */
  readonly message: string;
}

/** Where a record comes from: fills what the record leaves out, and limits what it may claim. */
export interface Origin {
  /** The sender's account. */
  readonly account: string;
  readonly region: string;
  /** May the sender write events of this account? */
  readonly mayWriteTo: (account: string) => boolean;
}

/** A whole event: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html */
export const MAX_EVENT_BYTES = 256 * 1024;

const ACCOUNT = /^\d{12}$/;
const REGION = /^[a-z]{2,}(?:-[a-z0-9]+){1,5}$/;
const MAX_EVENT_ID = 128;
/** A record from further in the future than this has a wrong clock or a wrong unit; CloudTrail's are always past. */
const MAX_CLOCK_LEAD = 86_400_000;

/** Members of a record that must be strings where they stand at all. */
const TEXT_MEMBERS = ['eventVersion', 'eventSource', 'eventName', 'eventType', 'eventCategory'] as const;

/**
 * Looks at one record's bytes and answers the event to accept, or why not. What the record leaves out is spliced in
 * before its last brace; everything else stays to the byte. Members whose absence is normal for the record's version
 * (`readOnly`, `eventCategory` before 1.07) are filled only where the version itself is missing: such a record comes
 * from an application, not from CloudTrail.
 */
export function checkRecord(
  bytes: Buffer,
  origin: Origin,
  now: number,
): { readonly kind: 'event'; readonly event: AcceptedEvent } | Refusal {
  if (bytes.length > MAX_EVENT_BYTES) {
    return refuse('TooLarge', `the record has ${bytes.length} bytes, at most ${MAX_EVENT_BYTES} are taken`);
  }
  if (!isUtf8(bytes)) return refuse('InvalidUtf8', 'the record is not UTF-8');
  const record = parseObject(bytes);
  if (record === undefined) return refuse('InvalidJson', 'the record is not a JSON object');
  for (const member of TEXT_MEMBERS) {
    const value = record[member];
    if (value !== undefined && value !== null && typeof value !== 'string') {
      return refuse('InvalidType', `${member} must be a string, found ${show(value)}`);
    }
  }

  const missing = new Map<string, unknown>();
  const fromApplication = absent(record, 'eventVersion');
  if (fromApplication) missing.set('eventVersion', EVENT_VERSION);

  const category = categoryOf(record);
  if (!category)
    return refuse('InvalidCategory', `eventCategory ${show(record.eventCategory)} does not exist`);
  if (absent(record, 'eventCategory') && (fromApplication || isAtLeast107(record.eventVersion!))) {
    missing.set('eventCategory', category);
  }
  if (category !== 'Insight') {
    // Insight records name their API inside insightDetails.
    for (const member of ['eventSource', 'eventName'] as const) {
      if (!record[member]) return refuse('MissingField', `${member} is missing`);
    }
  }
  if (fromApplication && absent(record, 'readOnly') && record.eventName) {
    missing.set('readOnly', isReadOnlyName(record.eventName));
  }

  const time = absent(record, 'eventTime') ? now : parseEventTime(record.eventTime);
  if (time === undefined || time > now + MAX_CLOCK_LEAD) {
    return refuse(
      'InvalidEventTime',
      `eventTime must be a past UTC time like 2026-11-01T10:00:00Z, found ${show(record.eventTime)}`,
    );
  }
  if (absent(record, 'eventTime')) missing.set('eventTime', formatEventTime(now));

  const region = absent(record, 'awsRegion') ? origin.region : record.awsRegion!;
  if (typeof region !== 'string' || !REGION.test(region)) {
    return refuse('InvalidRegion', `awsRegion ${show(region)} is not a Region's name`);
  }
  if (absent(record, 'awsRegion')) missing.set('awsRegion', region);

  const account = absent(record, 'recipientAccountId') ? ownerOf(record, origin) : record.recipientAccountId!;
  if (typeof account !== 'string' || !ACCOUNT.test(account)) {
    return refuse('InvalidAccount', `recipientAccountId ${show(account)} is not an account id of 12 digits`);
  }
  if (!origin.mayWriteTo(account)) {
    return refuse('ForeignAccount', `account ${account} is not one that this sender may write to`);
  }
  if (absent(record, 'recipientAccountId')) missing.set('recipientAccountId', account);

  const eventId = absent(record, 'eventID') ? randomUUID() : record.eventID!;
  if (typeof eventId !== 'string' || eventId.length === 0 || eventId.length > MAX_EVENT_ID) {
    return refuse(
      'InvalidEventId',
      `eventID must be a string of 1 to ${MAX_EVENT_ID} characters, found ${show(eventId)}`,
    );
  }
  if (absent(record, 'eventID')) missing.set('eventID', eventId);

  const raw = toOneLine(spliceMembers(withoutNulls(bytes, record, missing), missing));
  if (raw.length > MAX_EVENT_BYTES) {
    return refuse('TooLarge', `the record has ${raw.length} bytes once its missing members are filled in`);
  }
  const fields = readLookupFields(record);
  return { kind: 'event', event: { account, region, eventId, time, category, fields, raw } };
}

function parseObject(bytes: Buffer): CloudTrailRecord | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as CloudTrailRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

function absent(record: CloudTrailRecord, member: string): boolean {
  return record[member] === undefined || record[member] === null;
}

/**
 * A member that stands in the record as `null` cannot be spliced in a second time: JSON readers disagree on which of
 * two equal names counts. Such a record (no real one was ever seen) is the only kind that is written anew.
 */
function withoutNulls(
  bytes: Buffer,
  record: CloudTrailRecord,
  missing: ReadonlyMap<string, unknown>,
): Buffer {
  const nulls = [...missing.keys()].filter((name) => record[name] === null);
  if (nulls.length === 0) return bytes;
  return Buffer.from(
    JSON.stringify({ ...record, ...Object.fromEntries(nulls.map((name) => [name, undefined])) }),
  );
}

/** Records of before eventVersion 1.02 have no recipientAccountId: the acting account is the owner. */
function ownerOf(record: CloudTrailRecord, origin: Origin): string {
  const acting = record.userIdentity?.accountId;
  return typeof acting === 'string' && ACCOUNT.test(acting) && origin.mayWriteTo(acting)
    ? acting
    : origin.account;
}

function isAtLeast107(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || minor >= 7;
}

function refuse(reason: RefusalReason, message: string): Refusal {
  return { kind: 'refused', reason, message };
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
