import type { IncomingHttpHeaders } from 'node:http';
import { Pool } from 'undici';
import { type Credentials, signRequest } from '../../signer/index.ts';

/** Milliseconds without a byte until an answer is given up. */
const PATIENCE = 30_000;
/** Connections to one host. */
const CONNECTIONS = 32;
const EMPTY = '';

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
export function createPlainGet(): PlainGet {
  const pools = new Map<string, Pool>();

  function poolOf(origin: string): Pool {
    const known = pools.get(origin);
    if (known) return known;
    const pool = new Pool(origin, {
      connections: CONNECTIONS,
      ...{ connectTimeout: PATIENCE, headersTimeout: PATIENCE, bodyTimeout: PATIENCE },
    });
    pools.set(origin, pool);
    return pool;
  }

  return async (address, key, maxBytes) => {
    // A URL would swallow such steps, and fetch another object.
    if (key.split('/').some((step) => step === '.' || step === '..')) return undefined;
    const url = new URL(`${address.base}/${encodeKey(key)}`);
    const headers = signRequest({
      ...{ method: 'GET', service: 's3', url, body: EMPTY, headers: {}, now: Date.now() },
      ...{ credentials: address.credentials, region: address.region },
    });
    return await fetchFrom(poolOf(url.origin), url.pathname, headers, maxBytes);
  };
}

function fetchFrom(
  pool: Pool,
  path: string,
  headers: Record<string, string>,
  maxBytes: number,
): Promise<PlainObject | undefined> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let size = 0;
    let metadata: ReadonlyMap<string, string> = new Map();
    pool.dispatch(
      { method: 'GET', path, headers },
      {
        // Its presence is what tells the library which kind of handler this is.
        onRequestStart() {},
        onResponseStart(controller, status, answered) {
          if (status !== 200) controller.abort(new Error('no object'));
          else metadata = metadataOf(answered);
        },
        onResponseData(controller, piece) {
          size += piece.length;
          if (size > maxBytes) controller.abort(new Error('too large'));
          else pieces.push(piece);
        },
        onResponseEnd: () => resolve({ bytes: join(pieces), metadata }),
        onResponseError: () => resolve(undefined),
      },
    );
  });
}

function join(pieces: readonly Buffer[]): Buffer {
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
}

function metadataOf(headers: IncomingHttpHeaders): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('x-amz-meta-') && typeof value === 'string') metadata.set(name.slice(11), value);
  }
  return metadata;
}

function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
