import { type Credentials, objectPath, signRequest } from '../../signer/index.ts';
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
  const bases = new Map<string, URL>();

  function baseOf(text: string): URL {
    const known = bases.get(text) ?? new URL(text);
    bases.set(text, known);
    return known;
  }

  return async ({ base, credentials, region }, key, maxBytes) => {
    const encoded = objectPath(key);
    if (encoded === undefined) return undefined;
    const origin = baseOf(base);
    const path = `${origin.pathname.replace(/\/$/, '')}/${encoded}`;
    const url = { host: origin.host, pathname: path, search: '', searchParams: NO_QUERY };
    const headers = signRequest({
      ...{ method: 'GET', service: 's3', url, body: '', headers: {} },
      ...{ credentials, region, now: Date.now() },
    });
    const answer = await pool.get(origin, { path, headers, maxBytes });
    if (answer?.status !== 200) return undefined;
    return {
      bytes: answer.body,
      get metadata() {
        return metadataOf(answer.headers);
      },
    };
  };
}

const NO_QUERY = new URLSearchParams();
const METADATA = 'x-amz-meta-';

function metadataOf(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const [name, value] of headers) {
    if (name.startsWith(METADATA)) metadata.set(name.slice(METADATA.length), value);
  }
  return metadata;
}
