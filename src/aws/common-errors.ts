import type { Protocol, Service } from './service.ts';

/**
 * Codes that every service may answer beside its own table, with their HTTP status
 * (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/CommonErrors.html,
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
 */
const common: ReadonlyMap<string, number> = new Map([
  ['ThrottlingException', 400],
  ['Throttling', 400],
  ['AccessDeniedException', 400],
  ['ValidationException', 400],
  ['ValidationError', 400],
  ['SerializationException', 400],
  ['UnknownOperationException', 400],
  ['InternalFailure', 500],
  ['InternalError', 500],
  ['ServiceUnavailable', 503],
  ['ServiceUnavailableException', 503],
  ['SlowDown', 503],
  ['NotImplemented', 501],
  ['NotImplementedException', 501],
  ['RequestTimeout', 400],
]);

/** The HTTP status of a code: the service's own table first; `undefined` when neither knows the code. */
export function statusOf(service: Service | undefined, code: string): number | undefined {
  return service?.errors.get(code) ?? (code === 'AccessDenied' ? 403 : common.get(code));
}

/** What went wrong at the door, before any service's own rules, in words that are the same for all protocols. */
export type Refusal =
  | 'accessDenied'
  | 'throttled'
  | 'internal'
  | 'unavailable'
  | 'notImplemented'
  | 'unknownOperation'
  | 'malformed'
  | 'invalid'
  | 'tooLarge'
  | 'bodyTimeout'
  | 'bodyIncomplete';

type Family = 'json' | 'query' | 's3';

/** Codes differ by protocol family, not by service. */
const codes: Readonly<Record<Refusal, Readonly<Record<Family, readonly [code: string, status: number]>>>> = {
  accessDenied: {
    json: ['AccessDeniedException', 400],
    query: ['AccessDenied', 403],
    s3: ['AccessDenied', 403],
  },
  throttled: { json: ['ThrottlingException', 400], query: ['Throttling', 400], s3: ['SlowDown', 503] },
  internal: { json: ['InternalFailure', 500], query: ['InternalFailure', 500], s3: ['InternalError', 500] },
  unavailable: {
    json: ['ServiceUnavailable', 503],
    query: ['ServiceUnavailable', 503],
    s3: ['ServiceUnavailable', 503],
  },
  notImplemented: {
    json: ['NotImplementedException', 501],
    query: ['NotImplemented', 501],
    s3: ['NotImplemented', 501],
  },
  unknownOperation: {
    json: ['UnknownOperationException', 400],
    query: ['InvalidAction', 400],
    s3: ['MethodNotAllowed', 405],
  },
  malformed: {
    json: ['SerializationException', 400],
    query: ['MalformedInput', 400],
    s3: ['MalformedXML', 400],
  },
  invalid: {
    json: ['ValidationException', 400],
    query: ['ValidationError', 400],
    s3: ['InvalidArgument', 400],
  },
  tooLarge: {
    json: ['RequestEntityTooLargeException', 413],
    query: ['RequestEntityTooLarge', 413],
    s3: ['MaxMessageLengthExceeded', 400],
  },
  bodyTimeout: { json: ['RequestTimeout', 400], query: ['RequestTimeout', 400], s3: ['RequestTimeout', 400] },
  bodyIncomplete: {
    json: ['SerializationException', 400],
    query: ['MalformedInput', 400],
    s3: ['IncompleteBody', 400],
  },
};

/** The family whose codes a protocol uses. */
export function familyOf(protocol: Protocol): Family {
  if (protocol === 'awsQuery') return 'query';
  return protocol === 'restXml' ? 's3' : 'json';
}

/** Code and status of a refusal in a protocol's family. */
export function refusalCode(protocol: Protocol, refusal: Refusal): readonly [code: string, status: number] {
  return codes[refusal][familyOf(protocol)];
}
