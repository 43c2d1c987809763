/**
 * The smallest S3 and ListPublicKeys that validators need, over `FOLDER/BUCKET/KEY` with metadata beside the objects:
 * so that a benchmark of validators measures them and not a server. It shares their processors, so answers are made
 * before the first request comes, and requests are not parsed further than an answer needs.
 * `node serve-folder.js FOLDER` prints its port.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';

const folder = process.argv[2] ?? '.';
const METADATA = '.metadata.json';
const XML = 'content-type: application/xml\r\n';
const JSON_TYPE = 'content-type: application/x-amz-json-1.1\r\n';

/** Whole answers by `/BUCKET/KEY`. */
const objects = new Map<string, Buffer>();
/** Keys by bucket, in S3's order. */
const keys = new Map<string, readonly string[]>();

for (const bucket of readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory())) {
  const names = readdirSync(join(folder, bucket), { recursive: true, encoding: 'utf8' });
  keys.set(bucket, names.filter((name) => name.endsWith('.gz')).sort());
  for (const key of keys.get(bucket) ?? []) {
    const file = join(folder, bucket, key);
    objects.set(`/${bucket}/${key}`, answer('200 OK', metadataOf(file), readFileSync(file)));
  }
}
const publicKeys = answer('200 OK', JSON_TYPE, readFileSync(join(folder, 'keys.json')));
const noSuchTrail = answer('400 Bad Request', JSON_TYPE, Buffer.from('{"__type":"TrailNotFoundException"}'));
const noSuchKey = xml('<Error><Code>NoSuchKey</Code></Error>', '404 Not Found');

const server = createServer({ noDelay: true }, (socket) => {
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (piece) => {
    text += piece.toString('latin1');
    for (let length = requestLength(text); length > 0; length = requestLength(text)) {
      respond(socket, text.slice(0, length));
      text = text.slice(length);
    }
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

/** Characters of the first request, with its body; 0 when it is not all there. */
function requestLength(text: string): number {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return 0;
  const body = text.startsWith('GET') ? 0 : Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
  const length = end + 4 + body;
  return text.length < length ? 0 : length;
}

function respond(socket: Socket, request: string): void {
  const target = request.slice(request.indexOf(' ') + 1, request.indexOf(' HTTP/1.1\r\n'));
  const object = objects.get(target);
  if (object) socket.write(object);
  else if (request.startsWith('POST')) {
    socket.write(/\r\nx-amz-target: \S+ListPublicKeys\r/i.test(request) ? publicKeys : noSuchTrail);
  } else socket.write(bucketAnswer(target));
}

function bucketAnswer(target: string): Buffer {
  const url = new URL(target, 'http://x');
  const [, bucket = '', ...rest] = url.pathname.split('/');
  const key = rest.map(decodeURIComponent).join('/');
  if (key !== '') return objects.get(`/${bucket}/${key}`) ?? noSuchKey;
  if (url.searchParams.has('location')) return xml('<LocationConstraint/>');
  return xml(listing(bucket, url.searchParams));
}

function listing(bucket: string, query: URLSearchParams): string {
  const after = query.get('continuation-token') ?? query.get('start-after') ?? query.get('marker') ?? '';
  const prefix = query.get('prefix') ?? '';
  const found = (keys.get(bucket) ?? []).filter((key) => key.startsWith(prefix) && key > after);
  const page = found.slice(0, 1000);
  const next = page.at(-1);
  const more = found.length > page.length;
  const contents = page.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join('');
  const marks = more
    ? `<NextMarker>${next}</NextMarker><NextContinuationToken>${next}</NextContinuationToken>`
    : '';
  return `<ListBucketResult><IsTruncated>${more}</IsTruncated>${marks}${contents}</ListBucketResult>`;
}

function metadataOf(file: string): string {
  if (!existsSync(file + METADATA)) return '';
  const { Metadata } = JSON.parse(readFileSync(file + METADATA, 'utf8')) as {
    readonly Metadata: Readonly<Record<string, string>>;
  };
  return Object.entries(Metadata)
    .map(([name, value]) => `x-amz-meta-${name}: ${value}\r\n`)
    .join('');
}

function xml(body: string, status = '200 OK'): Buffer {
  return answer(status, XML, Buffer.from(`<?xml version="1.0"?>${body}`));
}

function answer(status: string, headers: string, body: Buffer): Buffer {
  const head = `HTTP/1.1 ${status}\r\n${headers}content-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}
