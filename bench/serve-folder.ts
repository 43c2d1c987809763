/**
 * The smallest S3 and ListPublicKeys that validators need, over `FOLDER/BUCKET/KEY` with metadata beside the objects:
 * so that a benchmark of validators measures them and not a server. `node serve-folder.js FOLDER` prints its port.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const folder = process.argv[2] ?? '.';
const server = createServer((request, response) => {
  if (request.headers['x-amz-target']) {
    request.resume();
    const isKeys = String(request.headers['x-amz-target']).endsWith('ListPublicKeys');
    response.writeHead(isKeys ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(isKeys ? readFileSync(join(folder, 'keys.json')) : '{"__type":"TrailNotFoundException"}');
    return;
  }
  const url = new URL(request.url ?? '/', 'http://x');
  const [, bucket = '', ...rest] = url.pathname.split('/');
  const key = rest.map(decodeURIComponent).join('/');
  if (key !== '') object(join(folder, bucket, key), response);
  else if (url.searchParams.has('location')) xml(response, '<LocationConstraint/>');
  else xml(response, listing(bucket, url.searchParams));
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

function object(file: string, response: ServerResponse): void {
  if (!existsSync(file) || !statSync(file).isFile()) {
    xml(response, '<Error><Code>NoSuchKey</Code></Error>', 404);
    return;
  }
  if (existsSync(`${file}.metadata.json`)) {
    const { Metadata } = JSON.parse(readFileSync(`${file}.metadata.json`, 'utf8')) as {
      readonly Metadata: Readonly<Record<string, string>>;
    };
    for (const [name, value] of Object.entries(Metadata)) response.setHeader(`x-amz-meta-${name}`, value);
  }
  response.end(readFileSync(file));
}

const keys = new Map<string, readonly string[]>();

function keysOf(bucket: string): readonly string[] {
  const known = keys.get(bucket);
  if (known) return known;
  const all = readdirSync(join(folder, bucket), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.gz'))
    .sort();
  keys.set(bucket, all);
  return all;
}

function listing(bucket: string, query: URLSearchParams): string {
  const after = query.get('continuation-token') ?? query.get('start-after') ?? query.get('marker') ?? '';
  const prefix = query.get('prefix') ?? '';
  const found = keysOf(bucket).filter((key) => key.startsWith(prefix) && key > after);
  const page = found.slice(0, 1000);
  const next = page.at(-1);
  const more = found.length > page.length;
  const contents = page.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join('');
  const marks = more
    ? `<NextMarker>${next}</NextMarker><NextContinuationToken>${next}</NextContinuationToken>`
    : '';
  return `<ListBucketResult><IsTruncated>${more}</IsTruncated>${marks}${contents}</ListBucketResult>`;
}

function xml(response: ServerResponse, body: string, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${body}`);
}
