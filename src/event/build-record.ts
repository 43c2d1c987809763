import type { CloudTrailRecord, RecordResource, UserIdentity } from './record.ts';

/** A call as a service reports it, before it is written as a record. */
export interface ApiCall {
  readonly eventId: string;
  readonly requestId: string;
  /** ISO 8601, whole seconds. */
  readonly eventTime: string;
  readonly userIdentity: UserIdentity;
  readonly eventSource: string;
  readonly eventName: string;
  readonly region: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly error?: { readonly code: string; readonly message: string };
  readonly requestParameters: unknown;
  readonly responseElements: unknown;
  readonly additionalEventData?: unknown;
  readonly readOnly: boolean;
  readonly resources?: readonly RecordResource[];
  readonly category: 'Management' | 'Data';
  readonly account: string;
  readonly sharedEventId?: string;
  readonly tls?: { readonly version: string; readonly cipher: string; readonly host: string };
}

// Limits of single members: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
const TEXT_LIMIT = 1_024;
const PARAMETERS_LIMIT = 100 * 1_024;
const ADDITIONAL_LIMIT = 28 * 1_024;

/** The version of the records that opentrail writes itself. */
export const EVENT_VERSION = '1.11';

/** Writes a call as a record: members in the order of CloudTrail's own, limits kept, one compact line. */
export function buildRecord(call: ApiCall): Buffer {
  const record: CloudTrailRecord = {
    eventVersion: EVENT_VERSION,
    userIdentity: call.userIdentity,
    eventTime: call.eventTime,
    eventSource: call.eventSource,
    eventName: call.eventName,
    awsRegion: call.region,
    sourceIPAddress: call.sourceIp,
    userAgent: call.userAgent.slice(0, TEXT_LIMIT),
    ...(call.error && {
      errorCode: call.error.code.slice(0, TEXT_LIMIT),
      errorMessage: call.error.message.slice(0, TEXT_LIMIT),
    }),
    requestParameters: within(call.requestParameters, PARAMETERS_LIMIT),
    responseElements: within(call.responseElements, PARAMETERS_LIMIT),
    ...(call.additionalEventData !== undefined && {
      additionalEventData: within(call.additionalEventData, ADDITIONAL_LIMIT),
    }),
    requestID: call.requestId,
    eventID: call.eventId,
    readOnly: call.readOnly,
    ...(call.resources?.length && { resources: call.resources }),
    eventType: 'AwsApiCall',
    managementEvent: call.category === 'Management',
    recipientAccountId: call.account,
    ...(call.sharedEventId && { sharedEventID: call.sharedEventId }),
    eventCategory: call.category,
    ...(call.tls && {
      tlsDetails: {
        tlsVersion: call.tls.version,
        cipherSuite: call.tls.cipher,
        clientProvidedHostHeader: call.tls.host,
      },
    }),
  };
  return Buffer.from(JSON.stringify(record));
}

/** Content over its limit is left out, not cut. */
function within(value: unknown, limit: number): unknown {
  if (value === undefined || value === null) return null;
  return Buffer.byteLength(JSON.stringify(value)) > limit ? null : value;
}

/** Members whose value never goes into a record, whatever operation carries them. */
const SECRETS: ReadonlySet<string> = new Set(['SecretAccessKey', 'Password', 'NewPassword', 'OldPassword']);

/**
 * An operation's input or output as records show it: members in lowerCamelCase, streams and blobs left out, times as
 * ISO text, secrets never. Null when nothing is left.
 */
export function toParameters(value: unknown): unknown {
  const parameters = convert(value);
  if (parameters === undefined) return null;
  return typeof parameters === 'object' && parameters !== null && Object.keys(parameters).length === 0
    ? null
    : parameters;
}

function convert(value: unknown): unknown {
  if (value instanceof Date) return `${value.toISOString().slice(0, 19)}Z`;
  if (Array.isArray(value)) return value.map(convert).filter((item) => item !== undefined);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const members: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (SECRETS.has(name) || name.startsWith('$')) continue;
    const converted = convert(member);
    if (converted !== undefined) members.push([name.charAt(0).toLowerCase() + name.slice(1), converted]);
  }
  return Object.fromEntries(members);
}
