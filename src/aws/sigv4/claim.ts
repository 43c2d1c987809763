import { readQuery } from '../query-text.ts';
import { header, type WireRequest } from '../wire-request.ts';
import { SignatureRefusal } from './refusal.ts';

/** What a request says about who signed it. Nothing here is believed until `verifySignature` has checked it. */
export interface Claim {
  readonly kind: 'header' | 'presigned';
  readonly accessKeyId: string;
  /** Date (`20130524`), Region and service of the credential scope. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** Lower-case, sorted. */
  readonly signedHeaders: readonly string[];
  /** 64 hexadecimal digits. */
  readonly signature: string;
  /** `20130524T000000Z`. */
  readonly time: string;
  /** Seconds that a presigned request is good for. */
  readonly expires?: number;
  readonly sessionToken?: string;
  /** `X-Amz-Content-Sha256` of a presigned query. */
  readonly payload?: string;
}

const algorithm = 'AWS4-HMAC-SHA256';
/** A week; https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
const longestExpiry = 604_800;

/** Reads the claim from the Authorization header or a presigned query; `undefined` when nobody signed. */
export function readClaim(request: WireRequest): Claim | undefined {
  for (const name of request.repeated) {
    throw new SignatureRefusal('repeatedHeader', `The header ${name} may stand only once in a request.`);
  }
  const authorization = header(request, 'authorization');
  const presigned = /(^|&)X-Amz-(Signature|Algorithm|Credential)=/.test(request.queryText);
  if (authorization !== undefined && presigned) {
    throw new SignatureRefusal(
      'unsupported',
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the Authorization header should be specified',
    );
  }
  if (authorization !== undefined) return headerClaim(request, authorization);
  if (presigned) return presignedClaim(request);
  if (/(^|&)AWSAccessKeyId=/.test(request.queryText)) throw unsupported();
  return undefined;
}

function headerClaim(request: WireRequest, authorization: string): Claim {
  if (!/^AWS4-HMAC-SHA256(\s|$)/.test(authorization)) throw unsupported();
  const parts = new Map<string, string>();
  for (const part of authorization.slice(algorithm.length).split(',')) {
    const mark = part.indexOf('=');
    if (mark > 0) parts.set(part.slice(0, mark).trim(), part.slice(mark + 1).trim());
  }
  const named = (name: string): string => {
    const value = parts.get(name);
    if (value) return value;
    throw new SignatureRefusal('incomplete', `Authorization header requires '${name}' parameter.`);
  };
  const time = header(request, 'x-amz-date') ?? compactDate(header(request, 'date'));
  if (!time) {
    const message = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
    throw new SignatureRefusal('incomplete', message);
  }
  return assemble('header', 'incomplete', {
    credential: named('Credential'),
    signedHeaders: named('SignedHeaders'),
    signature: named('Signature'),
    time,
    sessionToken: header(request, 'x-amz-security-token'),
  });
}

function presignedClaim(request: WireRequest): Claim {
  const query = readQuery(request.queryText);
  if (!query)
    throw new SignatureRefusal('incompletePresigned', 'The query string is not percent-encoded UTF-8.');
  const named = (name: string): string => {
    const value = query.get(name);
    if (value) return value;
    const message =
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.';
    throw new SignatureRefusal('incompletePresigned', message);
  };
  if (named('X-Amz-Algorithm') !== algorithm) {
    throw new SignatureRefusal('incompletePresigned', `X-Amz-Algorithm only supports "${algorithm}"`);
  }
  const expires = Number(query.get('X-Amz-Expires') ?? 900);
  if (!Number.isInteger(expires) || expires < 0 || expires > longestExpiry) {
    const message = 'X-Amz-Expires must be a number of seconds from 0 to 604800 (a week)';
    throw new SignatureRefusal('incompletePresigned', message);
  }
  return assemble('presigned', 'incompletePresigned', {
    credential: named('X-Amz-Credential'),
    signedHeaders: named('X-Amz-SignedHeaders'),
    signature: named('X-Amz-Signature'),
    time: named('X-Amz-Date'),
    expires,
    sessionToken: query.get('X-Amz-Security-Token') ?? header(request, 'x-amz-security-token'),
    payload: query.get('X-Amz-Content-Sha256'),
  });
}

function assemble(
  kind: Claim['kind'],
  problem: 'incomplete' | 'incompletePresigned',
  parts: {
    credential: string;
    signedHeaders: string;
    signature: string;
    time: string;
    expires?: number;
    sessionToken?: string;
    payload?: string;
  },
): Claim {
  // The access key id comes first and may itself hold no slash; the rest is the scope.
  const [accessKeyId = '', date = '', region = '', service = '', end = '', ...rest] =
    parts.credential.split('/');
  const scopeHolds =
    /^\d{8}$/.test(date) && /^[a-z0-9-]{1,64}$/.test(region) && /^[a-z0-9.-]{1,64}$/.test(service);
  if (!/^[\w.+=@-]{1,128}$/.test(accessKeyId) || !scopeHolds || end !== 'aws4_request' || rest.length > 0) {
    throw new SignatureRefusal(
      problem,
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/aws4_request, got '${parts.credential.slice(0, 200)}'`,
    );
  }
  if (!/^\d{8}T\d{6}Z$/.test(parts.time)) {
    const message = `Date must be in ISO-8601 'basic format'. Got '${parts.time.slice(0, 100)}'. See http://en.wikipedia.org/wiki/ISO_8601`;
    throw new SignatureRefusal(problem, message);
  }
  if (!parts.time.startsWith(date)) {
    const message = `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${parts.time.slice(0, 8)}', from '${parts.time}'.`;
    throw new SignatureRefusal('scope', message);
  }
  if (!/^[0-9a-f]{64}$/.test(parts.signature)) {
    throw new SignatureRefusal('mismatch', mismatchText);
  }
  const signedHeaders = parts.signedHeaders.toLowerCase().split(';');
  if (!signedHeaders.includes('host')) {
    throw new SignatureRefusal('mismatch', "'Host' must be a 'SignedHeader' in the AWS Authorization.");
  }
  const { signature, time, expires, sessionToken, payload } = parts;
  return {
    kind,
    accessKeyId,
    date,
    region,
    service,
    signedHeaders,
    signature,
    time,
    expires,
    sessionToken,
    payload,
  };
}

/** The text that JSON and query services give. */
export const mismatchText =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

function unsupported(): SignatureRefusal {
  const message =
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';
  return new SignatureRefusal('unsupported', message);
}

function compactDate(date: string | undefined): string | undefined {
  if (date === undefined || /^\d{8}T\d{6}Z$/.test(date)) return date;
  const parsed = Date.parse(date);
  return Number.isNaN(parsed) ? undefined : compactTime(parsed);
}

/** `20130524T000000Z`, from milliseconds since the epoch. */
export function compactTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
}
