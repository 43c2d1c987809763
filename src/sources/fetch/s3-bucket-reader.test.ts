import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BucketReader } from './bucket-reader.ts';
import { createS3BucketReader } from './s3-bucket-reader.ts';

const KEYS = { accessKeyId: 'AKIA1', secretAccessKey: 'secret', sessionToken: 'token' };
/** `amz-sdk-invocation-id` stands in what the SDK sends itself. */
const seen: {
  readonly url: string;
  readonly bySdk: boolean;
  readonly signedBy: string | undefined;
  readonly region: string | undefined;
}[] = [];
const answering: { with: RequestListener } = { with: () => undefined };
const server = createServer((request, response) => {
  seen.push({
    url: request.url?.split('?')[0] ?? '',
    bySdk: 'amz-sdk-invocation-id' in request.headers,
    signedBy: /Credential=(\w+)\//.exec(request.headers.authorization ?? '')?.[1],
    region: /Credential=\w+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1],
  });
  answering.with(request, response);
});
let reader: BucketReader;

beforeEach(async () => {
  seen.length = 0;
  answering.with = (request, response) => response.end(`content of ${request.url?.split('?')[0]}`);
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  reader = open();
});
afterEach(() => reader.close());

function open(config: Partial<S3ClientConfig> = {}): BucketReader {
  const { port } = server.address() as AddressInfo;
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}/stores`,
    ...{ region: 'eu-central-1', forcePathStyle: true, credentials: KEYS, maxAttempts: 1, ...config },
  });
  return createS3BucketReader(client, 'logs');
}

async function get(key: string): Promise<string> {
  return String(await reader.get(key, 1000));
}

test('what the SDK has found once is asked for without it, wherever the bucket is', async () => {
  for (const key of ['a/1.gz', 'a/2.gz', 'ü (1)+&?.gz', "it's!*"]) {
    const path = `/stores/logs/${encodeURIComponent(key)
      .replaceAll('%2F', '/')
      .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`;
    expect(await get(key)).toBe(`content of ${path}`);
  }
  expect(seen.map(({ bySdk, signedBy }) => `${bySdk} ${signedBy}`)).toEqual([
    'true AKIA1',
    ...['false AKIA1', 'false AKIA1', 'false AKIA1'],
  ]);
});

test('a redirect to another Region is followed once, and remembered', async () => {
  reader = open({ followRegionRedirects: true });
  answering.with = (_request, response) => {
    if (seen.at(-1)?.region === 'eu-west-1') response.end('content');
    else {
      response.writeHead(301, { 'x-amz-bucket-region': 'eu-west-1', 'content-type': 'application/xml' });
      response.end('<Error><Code>PermanentRedirect</Code></Error>');
    }
  };
  for (const key of ['1', '2', '3']) expect(await get(key)).toBe('content');
  expect(seen.map(({ bySdk, region }) => `${bySdk} ${region}`)).toEqual([
    'true eu-central-1',
    'true eu-west-1',
    ...['false eu-west-1', 'false eu-west-1'],
  ]);
});

test('a bucket that is read without signing goes on to be', async () => {
  reader = open({ signer: { sign: async (request) => request } });
  await get('1');
  await get('2');
  expect(seen.map(({ bySdk, signedBy }) => `${bySdk} ${signedBy}`)).toEqual([
    'true undefined',
    'false undefined',
  ]);
});

test('every answer but the object is the SDK’s matter, until it has got one again', async () => {
  await get('1');
  for (const [status, kind] of [
    [404, 'missing'],
    [503, 'throttled'],
    [403, 'refused'],
    [500, 'passing'],
    [206, undefined],
  ] as const) {
    const good = answering.with;
    await get('good');
    seen.length = 0;
    answering.with = (_request, response) => void response.writeHead(status).end('');
    const asked = get('2');
    if (kind) await expect(asked).rejects.toMatchObject({ kind });
    else await asked;
    expect(seen.map(({ bySdk }) => bySdk)).toEqual([false, true]);
    answering.with = good;
    await get('3');
    await get('4');
    expect(seen.map(({ bySdk }) => bySdk)).toEqual([false, true, true, false]);
  }
});

test('a connection that breaks before an answer came is made again by the SDK, one that breaks within is told', async () => {
  await get('1');
  const good = answering.with;
  answering.with = (request) => {
    answering.with = good;
    request.socket.destroy();
  };
  expect(await get('2')).toBe('content of /stores/logs/2');
  await get('3');
  answering.with = (request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('part', () => request.socket.destroy());
  };
  await expect(get('4')).rejects.toMatchObject({ kind: 'passing' });
});

test('an object that is larger than it may be is refused', async () => {
  await get('1');
  await expect(reader.get('2', 5)).rejects.toMatchObject({ kind: 'too-large' });
});

test('a step in a key is no way to another object', async () => {
  await get('1');
  seen.length = 0;
  await get('a/../b').catch(() => undefined);
  expect(seen.every(({ bySdk }) => bySdk)).toBe(true);
});
