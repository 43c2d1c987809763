/**
 * The part of S3 that a collector needs, over a folder whose paths are the keys: so that what is measured is the
 * collector. `node bucket-server.js FOLDER` prints its port; `GET /?counts` answers how often it was asked.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, sep } from 'node:path';

const PAGE = 1000;
const folder = process.argv[2] ?? '.';
const keys = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.gz'))
  .map((name) => name.split(sep).join('/'))
  .sort();
let lists = 0;
let gets = 0;

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://x');
  if (url.searchParams.has('counts')) {
    response.end(JSON.stringify({ lists, gets }));
    return;
  }
  const [, , ...rest] = url.pathname.split('/');
  const key = rest.map(decodeURIComponent).join('/');
  if (key !== '') {
    gets++;
    response.end(readFileSync(join(folder, key)));
    return;
  }
  lists++;
  response.setHeader('content-type', 'application/xml');
  response.end(listing(url.searchParams.get('prefix') ?? '', url.searchParams.get('start-after') ?? ''));
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

function listing(prefix: string, after: string): string {
  const page: string[] = [];
  let at = firstPlace(prefix, after);
  const isWanted = () => keys[at]?.startsWith(prefix) ?? false;
  for (; page.length < PAGE && isWanted(); at++) page.push(keys[at]!);
  const contents = page.map((key) => {
    const { size } = statSync(join(folder, key));
    return `<Contents><Key>${key}</Key><Size>${size}</Size><ETag>&quot;${size}&quot;</ETag></Contents>`;
  });
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isWanted()}</IsTruncated>${contents.join('')}</ListBucketResult>`;
}

/** The place of the first key that is not before the prefix and is behind `after`. */
function firstPlace(prefix: string, after: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < prefix || keys[middle]! <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
