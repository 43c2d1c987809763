import { createHash, createHmac } from 'node:crypto';

const EMPTY_HASH = createHash('sha256').digest('hex');

/** Keys that sign a request. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request that is about to be sent. */
export interface SignableRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** A URL, or what of one is signed. Its path must be encoded as it will travel. */
  readonly url: Pick<URL, 'host' | 'pathname' | 'search' | 'searchParams'>;
  readonly body: Uint8Array | string;
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: Credentials;
  readonly region: string;
  /** The signing name: `cloudtrail`, `sts`, `s3`, or `opentrail` for the product's own paths. */
  readonly service: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The request's headers and those that sign it with AWS Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). The path is signed as it
 * stands: services other than S3 want it encoded twice, which makes no difference to the plain paths of our callers.
 */
export function signRequest(request: SignableRequest): Record<string, string> {
  const { url, credentials, region, service } = request;
  const time = timeOf(request.now);
  const day = time.slice(0, 8);
  const bodyHash =
    request.body.length === 0 ? EMPTY_HASH : createHash('sha256').update(request.body).digest('hex');
  const signed: Record<string, string> = {
    ...request.headers,
    host: url.host,
    'x-amz-content-sha256': bodyHash,
    'x-amz-date': time,
    ...(credentials.sessionToken && { 'x-amz-security-token': credentials.sessionToken }),
  };
  const names = Object.keys(signed).sort();
  const canonical = [
    request.method,
    url.pathname,
    canonicalQuery(url),
    ...names.map((name) => `${name}:${signed[name]!.trim()}`),
    '',
    names.join(';'),
    bodyHash,
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-HMAC-SHA256', time, scope, digest].join('\n');
  const key = signingKey(credentials.secretAccessKey, day, region, service);
  const signature = createHmac('sha256', key).update(text).digest('hex');
  const { host: _host, ...headers } = signed;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

let lastTime: { readonly second: number; readonly text: string } | undefined;

/** As `20261121T010203Z`; the same text for all requests of a second. */
function timeOf(now: number): string {
  const second = Math.floor(now / 1000);
  if (lastTime?.second !== second) {
    const text = `${new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
    lastTime = { second, text };
  }
  return lastTime.text;
}

/** The key of the last request, for the next one: it is the same all day, and making it takes half of the signing. */
let last: { readonly from: readonly string[]; readonly key: Buffer } | undefined;

function signingKey(
  secret: string,
  ...scope: readonly [day: string, region: string, service: string]
): Buffer {
  const from = [secret, ...scope];
  if (last?.from.every((part, index) => part === from[index])) return last.key;
  const key = [...scope, 'aws4_request'].reduce<Buffer>(
    (parent, part) => createHmac('sha256', parent).update(part).digest(),
    Buffer.from(`AWS4${secret}`),
  );
  last = { from, key };
  return key;
}

function canonicalQuery(url: SignableRequest['url']): string {
  if (url.search === '') return '';
  return [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

/** RFC 3986 without its reserved characters, as the signature wants it. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
