import {
  type CloudTrailRecord,
  parseEventTime,
  readCallFields,
  type UserIdentity,
} from '../../event/index.ts';
import { isMembers, type Members, parseAddress } from '../policy/index.ts';
import { type Deed, deedOf } from './operation.ts';

/** What a view is made of beside the record itself; all of it optional. */
export interface ViewContext {
  /** When the record came here, milliseconds since the epoch; stands in for a time that the record lacks. */
  readonly arrivedAt?: number;
  /** The record's text, for views that carry it. */
  readonly raw?: string;
  /** What enrichment added, by full name (`enrich.geo.country_code`). */
  readonly enriched?: ReadonlyMap<string, string>;
  readonly tags?: readonly string[];
  readonly priority?: string;
  /** Repository and rule by which the record lies there. */
  readonly repo?: string;
  readonly rule?: string;
}

const NONE: Members = Object.freeze({});

/** What views ask of a record, found out once. Members are absent where the record does not say. */
export class Facts {
  readonly record: Members;
  readonly context: ViewContext;
  readonly identity: Members;
  readonly session: Members;
  readonly issuer: Members;
  readonly request: Members;
  readonly response: Members;
  /** For insight records what they are about, else the record. */
  readonly named: Members;
  readonly eventName: string;
  readonly eventSource: string;
  /** `iam` of `iam.amazonaws.com`. */
  readonly service: string;
  readonly deed: Deed;
  /** Milliseconds since the epoch; `arrivedAt` where the record has no time that can be read. */
  readonly time: number | undefined;
  /** An IP address in one spelling; absent where `sourceIPAddress` is a service or nothing. */
  readonly ip: string | undefined;
  /** The service that called, where `sourceIPAddress` is no address. */
  readonly caller: string | undefined;
  readonly user: string | undefined;
  readonly isFailure: boolean;
  readonly isDenied: boolean;

  constructor(record: unknown, context: ViewContext = {}) {
    this.record = isMembers(record) ? record : NONE;
    this.context = context;
    this.identity = members(this.record.userIdentity);
    this.session = members(this.identity.sessionContext);
    this.issuer = members(this.session.sessionIssuer);
    this.request = members(this.record.requestParameters);
    this.response = members(this.record.responseElements);
    const insight = members(this.record.insightDetails);
    this.named = typeof insight.eventName === 'string' ? insight : this.record;
    this.eventName = textOf(this.named.eventName) ?? '';
    this.eventSource = textOf(this.named.eventSource) ?? '';
    const end = this.eventSource.indexOf('.amazonaws.com');
    this.service = end < 0 ? this.eventSource : this.eventSource.slice(0, end);
    this.deed = deedOf(this.eventName, this.record.readOnly);
    this.time = timeOf(this.record.eventTime) ?? context.arrivedAt;
    const from = textOf(this.record.sourceIPAddress);
    this.ip = from === undefined ? undefined : canonicalAddress(from);
    this.caller = this.ip === undefined ? from : undefined;
    this.user = userOf(this.record);
    this.isFailure = failed(this.record, this.response);
    this.isDenied = this.isFailure && DENIED.test(String(this.record.errorCode).slice(0, 256));
  }

  /** A field that enrichment added. */
  enriched(name: string): string | undefined {
    return this.context.enriched?.get(name);
  }
}

const DENIED = /Denied|Unauthorized|Forbidden|NotAuthorized/;

/** As LookupEvents names them; services by the name that they call under. */
function userOf(record: CloudTrailRecord): string | undefined {
  // Only what is asked for: reading the resources of a record costs more than all the rest.
  const { username } = readCallFields({ userIdentity: record.userIdentity as UserIdentity });
  return username ?? textOf(members(record.userIdentity).invokedBy);
}

/** Sign-ins that fail have no `errorCode`; an empty one in real records means none. */
function failed(record: Members, response: Members): boolean {
  if (textOf(record.errorCode) !== undefined) return true;
  if (textOf(record.errorMessage) !== undefined) return true;
  return response.ConsoleLogin === 'Failure' || response.SwitchRole === 'Failure';
}

/** Fractions and whole seconds; some vendors' records have a blank for the `T`, or no zone. */
function timeOf(value: unknown): number | undefined {
  const exact = parseEventTime(value);
  if (exact !== undefined || typeof value !== 'string') return exact;
  const form = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})?Z?$/.exec(value.slice(0, 40));
  return form ? parseEventTime(`${form[1]}T${form[2]}${form[3] ?? ''}Z`) : undefined;
}

/** RFC 5952 in short: what the record holds is read, and written in one spelling. */
export function canonicalAddress(text: string): string | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const [first] = address;
  if (address.length === 1)
    return `${first >>> 24}.${(first >>> 16) & 255}.${(first >>> 8) & 255}.${first & 255}`;
  const groups = address.flatMap((word) => [word >>> 16, word & 0xffff]);
  return compress(groups.map((group) => group.toString(16)).join(':'));
}

/** The longest run of zero groups becomes `::`. */
function compress(spelled: string): string {
  const runs = spelled.match(/\b0(?::0)+\b/g) ?? [];
  const longest = runs.reduce((one, other) => (other.length > one.length ? other : one), '');
  if (longest === '') return spelled;
  const at = spelled.search(new RegExp(`\\b${longest}\\b`));
  const [before, after] = [spelled.slice(0, at), spelled.slice(at + longest.length)];
  return `${before.replace(/:$/, '')}::${after.replace(/^:/, '')}`;
}

/** An object, or an empty one where the record has something else. */
export function members(value: unknown): Members {
  return isMembers(value) ? value : NONE;
}

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
