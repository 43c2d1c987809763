import { familyOf } from '../common-errors.ts';
import { type Protocol, ServiceError } from '../service.ts';

/** Why a request was not taken for its signer's. */
export type SignatureProblem =
  | 'missing'
  | 'incomplete'
  | 'incompletePresigned'
  | 'unsupported'
  | 'unknownKey'
  | 'badToken'
  | 'expiredToken'
  | 'mismatch'
  | 'skewed'
  | 'scope'
  | 'expiredRequest'
  | 'unsignedHeaders'
  | 'payloadHash'
  | 'payloadHashMissing'
  | 'repeatedHeader';

/** Thrown while a signature is read and checked; it becomes a ServiceError once the protocol is known. */
export class SignatureRefusal extends Error {
  readonly problem: SignatureProblem;
  readonly details: Readonly<Record<string, string>>;
  constructor(problem: SignatureProblem, message: string, details: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'SignatureRefusal';
    this.problem = problem;
    this.details = details;
  }
}

type Answer = readonly [code: string, status: number];

/**
 * Codes and statuses as AWS answers them: JSON services 400, query services 403, S3 in its own words
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
 */
const answers: Readonly<Record<SignatureProblem, { json: Answer; query: Answer; s3: Answer }>> = {
  missing: {
    json: ['MissingAuthenticationTokenException', 400],
    query: ['MissingAuthenticationToken', 403],
    s3: ['AccessDenied', 403],
  },
  incomplete: {
    json: ['IncompleteSignatureException', 400],
    query: ['IncompleteSignature', 400],
    s3: ['AuthorizationHeaderMalformed', 400],
  },
  incompletePresigned: {
    json: ['IncompleteSignatureException', 400],
    query: ['IncompleteSignature', 400],
    s3: ['AuthorizationQueryParametersError', 400],
  },
  unsupported: {
    json: ['IncompleteSignatureException', 400],
    query: ['IncompleteSignature', 400],
    s3: ['InvalidRequest', 400],
  },
  unknownKey: {
    json: ['UnrecognizedClientException', 400],
    query: ['InvalidClientTokenId', 403],
    s3: ['InvalidAccessKeyId', 403],
  },
  badToken: {
    json: ['UnrecognizedClientException', 400],
    query: ['InvalidClientTokenId', 403],
    s3: ['InvalidToken', 400],
  },
  expiredToken: {
    json: ['ExpiredTokenException', 400],
    query: ['ExpiredToken', 403],
    s3: ['ExpiredToken', 400],
  },
  mismatch: {
    json: ['InvalidSignatureException', 400],
    query: ['SignatureDoesNotMatch', 403],
    s3: ['SignatureDoesNotMatch', 403],
  },
  skewed: {
    json: ['InvalidSignatureException', 400],
    query: ['SignatureDoesNotMatch', 403],
    s3: ['RequestTimeTooSkewed', 403],
  },
  scope: {
    json: ['InvalidSignatureException', 400],
    query: ['SignatureDoesNotMatch', 403],
    s3: ['AuthorizationHeaderMalformed', 400],
  },
  expiredRequest: {
    json: ['InvalidSignatureException', 400],
    query: ['RequestExpired', 400],
    s3: ['AccessDenied', 403],
  },
  unsignedHeaders: {
    json: ['InvalidSignatureException', 400],
    query: ['SignatureDoesNotMatch', 403],
    s3: ['AccessDenied', 403],
  },
  payloadHash: {
    json: ['InvalidSignatureException', 400],
    query: ['SignatureDoesNotMatch', 403],
    s3: ['XAmzContentSHA256Mismatch', 400],
  },
  payloadHashMissing: {
    json: ['InvalidSignatureException', 400],
    query: ['SignatureDoesNotMatch', 403],
    s3: ['InvalidRequest', 400],
  },
  repeatedHeader: {
    json: ['InvalidSignatureException', 400],
    query: ['SignatureDoesNotMatch', 403],
    s3: ['InvalidRequest', 400],
  },
};

/** S3's own texts, where they differ from the ones that JSON and query services share. */
const s3Texts: Partial<Record<SignatureProblem, string>> = {
  missing: 'Access Denied',
  unknownKey: 'The AWS Access Key Id you provided does not exist in our records.',
  badToken: 'The provided token is malformed or otherwise invalid.',
  expiredToken: 'The provided token has expired.',
  mismatch:
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  skewed: 'The difference between the request time and the current time is too large.',
  expiredRequest: 'Request has expired',
};

/** The refusal as the client's protocol says it. Details (times, key id) travel in S3's form only. */
export function signatureError(protocol: Protocol, refusal: SignatureRefusal): ServiceError {
  const family = familyOf(protocol);
  const [code, status] = answers[refusal.problem][family];
  const message = family === 's3' ? (s3Texts[refusal.problem] ?? refusal.message) : refusal.message;
  const details = family === 's3' ? refusal.details : {};
  return new ServiceError(code, message, { status, details, cause: refusal });
}
