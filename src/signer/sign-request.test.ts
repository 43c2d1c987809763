import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { expect, it } from 'vitest';
import { signRequest } from './sign-request.ts';

/** The hash interface that the SDK's signer wants. */
class Sha256 {
  #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Buffer);
  }
  update(data: Uint8Array | string) {
    this.#hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.#hash.digest());
  }
}

it.each([
  ['http://127.0.0.1:8765/v1/flush', undefined, ''],
  ['https://trail.example.com/v1/events', 'token+/=', '{"a":"ü"}\n'],
  ["http://127.0.0.1:8765/bucket?list-type=2&prefix=a/b c'(1)*&start-after=", undefined, ''],
])("signs %s as AWS's own signer does", async (address, sessionToken, body) => {
  const now = Date.UTC(2026, 10, 21, 1, 2, 3);
  const url = new URL(address);
  const credentials = {
    accessKeyId: 'AKIA1',
    secretAccessKey: 's/e+c',
    ...(sessionToken && { sessionToken }),
  };
  const theirs = await new SignatureV4({
    service: 'opentrail',
    region: 'eu-west-1',
    credentials,
    sha256: Sha256 as never,
  }).sign(
    {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, 'content-type': 'application/json' },
      body,
    },
    { signingDate: new Date(now) },
  );
  const ours = signRequest({
    method: 'POST',
    service: 'opentrail',
    url,
    body: Buffer.from(body),
    headers: { 'content-type': 'application/json' },
    credentials,
    region: 'eu-west-1',
    now,
  });
  expect(ours.authorization).toBe(theirs.headers.authorization);
});
