import { CheckFailure } from '../failure.ts';
import { awsEndpoint } from '../source/endpoint.ts';
import type { AddressingStyle } from './addressing-style.ts';

/** Names that may stand in a host (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html). */
const HOST_NAME = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
/** Names that buckets ever had; none of them leads elsewhere in a path. */
const ANY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;

/**
 * Where a bucket answers, without a slash at the end. AWS wants the name in the host, but for names with dots, for which
 * its certificates do not hold; other servers mostly know it in the path only.
 *
 * @throws CheckFailure for a name that no bucket can have
 */
export function bucketBase(
  endpoint: URL | undefined,
  region: string,
  bucket: string,
  style: AddressingStyle,
): string {
  if (!ANY_NAME.test(bucket)) throw new CheckFailure('error: the name of the bucket is none');
  const base = new URL(endpoint ?? awsEndpoint('s3', region));
  const isVirtual =
    style === 'virtual' || (style === 'auto' && endpoint === undefined && HOST_NAME.test(bucket));
  if (isVirtual && HOST_NAME.test(bucket)) {
    base.hostname = `${bucket}.${base.hostname}`;
    return `${base.origin}${base.pathname.replace(/\/$/, '')}`;
  }
  return `${base.origin}${base.pathname.replace(/\/$/, '')}/${bucket}`;
}

/** Whether a URL can hold the key: it would swallow such a step, and name another object. */
export function fitsUrl(key: string): boolean {
  return !key.split('/').some((step) => step === '.' || step === '..');
}

/** The URL of an object whose key fits. */
export function objectUrl(base: string, key: string): URL {
  return new URL(`${base}/${key.split('/').map(encode).join('/')}`);
}

/** The URL of a page of the bucket's listing (ListObjectsV2). */
export function listingUrl(base: string, query: Readonly<Record<string, string>>): URL {
  const pairs = Object.entries({ 'list-type': '2', 'encoding-type': 'url', ...query });
  const url = new URL(`${base}/`);
  // `+` would be a space to some servers and a plus to others.
  url.search = pairs.map(([name, value]) => `${name}=${encode(value)}`).join('&');
  return url;
}

/** RFC 3986, as Signature Version 4 wants it. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
