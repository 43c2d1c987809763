import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type Credentials, signRequest } from '../../signer/index.ts';

/** Milliseconds without a byte until an answer is given up. */
const PATIENCE = 30_000;
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
  const options = { keepAlive: true, maxSockets: 32 };
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };

  return async (address, key, maxBytes) => {
    // A URL would swallow such steps, and fetch another object.
    if (key.split('/').some((step) => step === '.' || step === '..')) return undefined;
    const url = new URL(`${address.base}/${encodeKey(key)}`);
    const headers = signRequest({
      ...{ method: 'GET', service: 's3', url, body: EMPTY, headers: {}, now: Date.now() },
      ...{ credentials: address.credentials, region: address.region },
    });
    const isSecure = url.protocol === 'https:';
    const request = (isSecure ? httpsRequest : httpRequest)(url, {
      headers,
      agent: isSecure ? agents.https : agents.http,
      timeout: PATIENCE,
    });
    return await new Promise((resolve) => {
      request.on('timeout', () => request.destroy());
      request.on('error', () => resolve(undefined));
      request.on('response', (response) => {
        readBody(response, maxBytes).then(
          (bytes) => resolve(bytes && { bytes, metadata: metadataOf(response) }),
          () => resolve(undefined),
        );
      });
      request.end();
    });
  };
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > maxBytes) return undefined;
    pieces.push(piece);
  }
  if (response.statusCode !== 200 || !response.complete) return undefined;
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}

function metadataOf(response: IncomingMessage): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(response.headers)) {
    if (name.startsWith('x-amz-meta-') && typeof value === 'string') metadata.set(name.slice(11), value);
  }
  return metadata;
}

function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
