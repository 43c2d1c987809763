import { type Credentials, signRequest } from '../../signer/index.ts';
import { createHttpPool, type HttpPool } from './http-pool.ts';

/** Where a bucket answers, and who asks. */
export interface BucketAddress {
  /** With the bucket in its host or its path, and without a slash at its end. */
  readonly base: string;
  readonly region: string;
  readonly credentials: Credentials;
}

/** An object as it came. */
export interface PlainObject {
  readonly bytes: Buffer;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Fetches an object; undefined for every answer but the object itself. */
export type PlainGet = (
  address: BucketAddress,
  key: string,
  maxBytes: number,
) => Promise<PlainObject | undefined>;

/**
 * A GET without the SDK's layers, which cost ten times what the rest of a small log file does. It knows success only:
 * refusals, retries and large objects are left to the SDK, which is asked again when this answers undefined.
 */
export function createPlainGet(pool: HttpPool = createHttpPool()): PlainGet {
  return async (address, key, maxBytes) => {
    // A URL would swallow such steps, and fetch another object.
    if (key.split('/').some((step) => step === '.' || step === '..')) return undefined;
    const url = new URL(`${address.base}/${encodeKey(key)}`);
    const { credentials, region } = address;
    const signable = { method: 'GET', service: 's3', url, body: '', headers: {} } as const;
    const headers = signRequest({ ...signable, credentials, region, now: Date.now() });
    const answer = await pool.get(url, { path: url.pathname, headers, maxBytes });
    if (answer?.status !== 200) return undefined;
    return {
      bytes: answer.body,
      get metadata() {
        return metadataOf(answer.headers);
      },
    };
  };
}

const METADATA = 'x-amz-meta-';

function metadataOf(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const [name, value] of headers) {
    if (name.startsWith(METADATA)) metadata.set(name.slice(METADATA.length), value);
  }
  return metadata;
}

function encodeKey(key: string): string {
  if (/^[\w/.~-]*$/.test(key)) return key;
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
