import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createPlainS3Reader } from './plain-s3-reader.ts';
import type { S3Reader } from './s3-reader.ts';

const credentials = { accessKeyId: 'AKIA1', secretAccessKey: 's' };
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A reader of a server that answers with `answer`; what the server was asked; and the SDK's part, which tells of itself. */
async function readerOf(answer: (url: URL, response: ServerResponse, request: IncomingMessage) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    asked.push(url.pathname + url.search);
    if (url.searchParams.has('location')) response.end('<LocationConstraint>eu-west-1</LocationConstraint>');
    else answer(url, response, request);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const whole: string[] = [];
  const sdk: S3Reader = {
    keepsMetadata: true,
    addressOf: async () => undefined,
    async *list(bucket, prefix, after) {
      whole.push(`list ${bucket} ${prefix} ${after}`);
      yield [{ key: 'from the SDK' }];
    },
    async get(bucket, key) {
      whole.push(`get ${bucket} ${key}`);
      return undefined;
    },
  };
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { asked, whole, reader: createPlainS3Reader({ endpoint, credentials }, async () => sdk) };
}

async function keysOf(reader: S3Reader): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of reader.list('b', 'AWSLogs/', 'AWSLogs/1'))
    keys.push(...page.map(({ key }) => key));
  return keys;
}

const page = (keys: readonly string[], next?: string) =>
  `<?xml version="1.0"?><ListBucketResult xmlns="x"><IsTruncated>${next !== undefined}</IsTruncated>${next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}${keys.map((key) => `<Contents><Key>${key}</Key><LastModified>2026-11-21T01:02:03.000Z</LastModified></Contents>`).join('')}</ListBucketResult>`;

test('lists page after page, with keys as they are', async () => {
  const { reader, asked, whole } = await readerOf((url, response) => {
    const isSecond = url.searchParams.get('continuation-token') === 'n/1';
    response.end(isSecond ? page(['c']) : page(['a%2Fb+%26', 'b%C3%A9'], 'n/1'));
  });
  expect(await keysOf(reader)).toEqual(['a/b &', 'bé', 'c']);
  expect(asked).toHaveLength(3);
  expect(asked[1]).toBe('/b?list-type=2&prefix=AWSLogs%2F&start-after=AWSLogs%2F1&encoding-type=url');
  expect(whole).toEqual([]);
});

test.each([
  [
    'a refusal',
    (response: ServerResponse) => response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>'),
  ],
  ['another document', (response: ServerResponse) => response.end('<html>')],
  [
    'a page that says there is more, and not where',
    (response: ServerResponse) => response.end(page(['a'], '')),
  ],
  ['a key that is not as it was asked for', (response: ServerResponse) => response.end(page(['a&amp;b']))],
])('%s is left to the SDK', async (_, answer) => {
  const { reader, whole } = await readerOf((__, response) => void answer(response));
  expect(await keysOf(reader)).toEqual(['from the SDK']);
  expect(whole).toEqual(['list b AWSLogs/ AWSLogs/1']);
});

test('where a later page fails, the SDK goes on from the last key', async () => {
  const { reader, whole } = await readerOf((url, response) => {
    if (url.searchParams.has('continuation-token')) response.writeHead(503).end();
    else response.end(page(['AWSLogs/2', 'AWSLogs/3'], 'n'));
  });
  expect(await keysOf(reader)).toEqual(['AWSLogs/2', 'AWSLogs/3', 'from the SDK']);
  expect(whole).toEqual(['list b AWSLogs/ AWSLogs/3']);
});

test('gets objects with their metadata, in the Region of the bucket', async () => {
  let authorization: string | undefined;
  const { reader, asked, whole } = await readerOf((url, response, request) => {
    authorization = request.headers.authorization;
    if (url.pathname === '/b/a/b%20%28c%29.gz')
      response.setHeader('x-amz-meta-signature', 'ab').setHeader('content-length', 2).end('hi');
    else response.writeHead(404, { 'content-length': 0 }).end();
  });
  const object = await reader.get('b', 'a/b (c).gz', 100);
  expect(Buffer.from(object?.bytes ?? []).toString()).toBe('hi');
  expect(object?.metadata.get('signature')).toBe('ab');
  expect(authorization).toContain('/eu-west-1/s3/aws4_request');
  expect(whole).toEqual([]);
  // What is refused, too large, or would be another object as a path is asked of the SDK.
  await reader.get('b', 'missing', 100);
  await reader.get('b', 'a/b (c).gz', 1);
  await reader.get('b', 'a/../b', 100);
  expect(whole).toEqual(['get b missing', 'get b a/b (c).gz', 'get b a/../b']);
  expect(asked.filter((path) => path.includes('location'))).toHaveLength(1);
});
