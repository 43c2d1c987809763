import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpConnection } from './http-connection.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Amz-Meta-A: b: c\r\n\r\nhello';
const GET = { path: '/bucket/key', headers: { 'x-a': '1' }, maxBytes: 1000 };

const open: { server: Server; sockets: Set<Socket>; connection: HttpConnection }[] = [];

afterEach(() => {
  for (const { server, sockets, connection } of open.splice(0)) {
    connection.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

/** A server that does `answer` with each connection's each request, and a connection to it. */
async function connectTo(answer: (socket: Socket, request: string, count: number) => void) {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (text) => {
      requests.push(text.toString());
      answer(socket, text.toString(), requests.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connection = new HttpConnection(
    new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
  open.push({ server, sockets, connection });
  return { connection, sockets, requests };
}

describe('an answer that states its length', () => {
  test('comes whole, with its headers, over one connection', async () => {
    const { connection, sockets, requests } = await connectTo((socket) => socket.write(OK));
    for (let count = 0; count < 3; count++) {
      const answer = await connection.get(GET);
      expect(answer?.status).toBe(200);
      expect(answer?.body.toString()).toBe('hello');
      expect(answer?.headers.get('x-amz-meta-a')).toBe('b: c');
    }
    expect(sockets.size).toBe(1);
    expect(requests[0]).toMatch(/^GET \/bucket\/key HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\nx-a: 1\r\n\r\n$/);
  });

  test('may come byte by byte', async () => {
    const { connection } = await connectTo(async (socket) => {
      for (const sign of OK) {
        socket.write(sign);
        await new Promise((done) => setImmediate(done));
      }
    });
    expect((await connection.get(GET))?.body.toString()).toBe('hello');
  });

  test('may be empty, or a refusal', async () => {
    const { connection } = await connectTo((socket, _, count) =>
      socket.write(
        `HTTP/1.1 ${count === 1 ? 200 : 404} X\r\ncontent-length: ${count - 1}\r\n\r\n${'x'.repeat(count - 1)}`,
      ),
    );
    expect((await connection.get(GET))?.body.length).toBe(0);
    expect(await connection.get(GET)).toMatchObject({ status: 404, body: Buffer.from('x') });
  });

  test('may be the last of its connection', async () => {
    const { connection, sockets } = await connectTo((socket) =>
      socket.end(OK.replace('X-Amz-Meta-A: b: c', 'Connection: close')),
    );
    expect((await connection.get(GET))?.body.toString()).toBe('hello');
    expect((await connection.get(GET))?.body.toString()).toBe('hello');
    expect(sockets.size).toBe(2);
  });
});

test('a connection that the server has closed while it rested is opened again', async () => {
  const { connection, sockets } = await connectTo((socket, _, count) => {
    if (count === 2) socket.destroy();
    else socket.write(OK);
  });
  expect((await connection.get(GET))?.status).toBe(200);
  expect((await connection.get(GET))?.status).toBe(200);
  expect(sockets.size).toBe(2);
});

test('bytes beyond the body answer no later question', async () => {
  const { connection, sockets } = await connectTo((socket, _, count) =>
    socket.write(count === 1 ? OK + OK.replace('hello', 'EVIL!') : OK),
  );
  expect((await connection.get(GET))?.body.toString()).toBe('hello');
  expect((await connection.get(GET))?.body.toString()).toBe('hello');
  expect(sockets.size).toBe(2);
});

test.each([
  ['is chunked', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
  ['is chunked and states a length', OK.replace('X-Amz-Meta-A: b: c', 'Transfer-Encoding: chunked')],
  ['has two lengths', OK.replace('X-Amz-Meta-A: b: c', 'Content-Length: 7')],
  ['has no length', 'HTTP/1.1 200 OK\r\n\r\nhello'],
  ['has a length that is no number', OK.replace('5', '0x5')],
  ['is compressed on its way', OK.replace('X-Amz-Meta-A: b: c', 'Content-Encoding: gzip')],
  ['is too long', OK.replace('5', '1001')],
  ['is of an older HTTP', OK.replace('1.1', '1.0')],
  ['only promises', 'HTTP/1.1 100 Continue\r\ncontent-length: 0\r\n\r\n'],
  ['is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
  ['has a header line without a name', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n: x\r\n\r\nhello'],
  ['never ends its head', 'HTTP/1.1 200 OK\r\n'.padEnd(70_000, 'x')],
])('an answer that %s is left to others', async (_, text) => {
  const { connection } = await connectTo((socket) => socket.write(text));
  expect(await connection.get(GET)).toBeUndefined();
});

test.each([
  ['before the head', ''],
  ['within the head', OK.slice(0, 30)],
  ['within the body', OK.slice(0, -2)],
])('an answer that breaks off %s is none', async (_, text) => {
  const { connection } = await connectTo((socket) => socket.end(text));
  expect(await connection.get(GET)).toBeUndefined();
});

test('what would end its line too early is not sent', async () => {
  const { connection, requests } = await connectTo((socket) => socket.write(OK));
  expect(await connection.get({ ...GET, path: '/a b' })).toBeUndefined();
  expect(await connection.get({ ...GET, path: '/a\r\nx: y' })).toBeUndefined();
  expect(await connection.get({ ...GET, headers: { a: 'b\r\nc: d' } })).toBeUndefined();
  expect(requests).toEqual([]);
});

test('nobody there', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  expect(await new HttpConnection(new URL(`http://127.0.0.1:${port}`)).get(GET)).toBeUndefined();
});
