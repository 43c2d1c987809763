import { type LookupResource, readResources } from './lookup-resources.ts';
import type { CloudTrailRecord } from './record.ts';

/**
 * What LookupEvents shows and searches of an event. Absent members were absent in the record, or not of the type
 * that CloudTrail writes.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Event.html
 */
export interface LookupFields {
  readonly eventName?: string | undefined;
  readonly eventSource?: string | undefined;
  /** LookupEvents answers text, not a boolean. */
  readonly readOnly?: 'true' | 'false' | undefined;
  readonly username?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly resources: readonly LookupResource[];
}

/** What of it concerns the call itself: for those who do not ask for resources, which take half of the time. */
export type CallFields = Omit<LookupFields, 'resources'>;

/** Derives the fields from a parsed record. Never throws: any member may be missing, of a wrong type, or hostile. */
export function readLookupFields(record: CloudTrailRecord): LookupFields {
  if (!isObject(record)) return { resources: [] };
  const fields = readCallFields(record);
  const { eventSource, readOnly } = fields;
  return Object.assign(fields, {
    resources: readResources(record, { eventSource, readOnly: readOnly === 'true' }),
  });
}

/** As `readLookupFields`. */
export function readCallFields(record: CloudTrailRecord): CallFields {
  if (!isObject(record)) return {};
  // An insight event answers with the call that it is about.
  const named = isObject(record.insightDetails) ? record.insightDetails : record;
  const identity = isObject(record.userIdentity) ? record.userIdentity : {};
  const eventName = text(named.eventName) ?? text(record.eventName);
  const eventSource = text(named.eventSource) ?? text(record.eventSource);
  const readOnly = readReadOnly(record.readOnly);
  const username = readUsername(identity);
  const accessKeyId = text(identity.accessKeyId);
  const fields: { -readonly [K in keyof CallFields]: CallFields[K] } = {};
  if (eventName !== undefined) fields.eventName = eventName;
  if (eventSource !== undefined) fields.eventSource = eventSource;
  if (readOnly !== undefined) fields.readOnly = readOnly;
  if (username !== undefined) fields.username = username;
  if (accessKeyId !== undefined) fields.accessKeyId = accessKeyId;
  return fields;
}

/** Real records hold `true`, and some the text "True". */
function readReadOnly(value: unknown): 'true' | 'false' | undefined {
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  return word === 'true' || word === 'false' ? word : undefined;
}

/** The session's name for sessions, `root` for the root user, nothing for AWS services. */
function readUsername(identity: Readonly<Record<string, unknown>>): string | undefined {
  switch (identity.type) {
    case 'Root':
      return 'root';
    case 'AWSService':
      return undefined;
    case 'AssumedRole':
    case 'FederatedUser':
      return sessionName(identity) ?? text(identity.userName);
    default:
      return text(identity.userName);
  }
}

/** `AROAEXAMPLE:session` or `arn:aws:sts::111122223333:assumed-role/role/session`. */
function sessionName(identity: Readonly<Record<string, unknown>>): string | undefined {
  const principal = text(identity.principalId);
  const colon = principal?.indexOf(':') ?? -1;
  if (principal !== undefined && colon >= 0 && colon < principal.length - 1)
    return principal.slice(colon + 1);
  const arn = text(identity.arn);
  const slash = arn?.lastIndexOf('/') ?? -1;
  return arn !== undefined && slash >= 0 ? text(arn.slice(slash + 1)) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
