import type { lookup } from 'node:dns';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPost } from './http-post.ts';

describe('createPost', () => {
  let server: Server;
  let status = 200;
  let seen: { headers: IncomingHttpHeaders; body: string }[] = [];
  const post = createPost({ allowPrivate: false, timeoutMs: 10_000 });
  const impatient = createPost({ allowPrivate: false, timeoutMs: 1_000 });
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/in?key=1`;

  beforeEach(async () => {
    seen = [];
    server = createServer(async (req, res) => {
      let body = '';
      for await (const chunk of req) body += chunk;
      seen.push({ headers: req.headers, body });
      if (status === 0) return;
      res.writeHead(status, { location: 'http://169.254.169.254/' }).end('x'.repeat(100));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [302, 'failed'],
    [404, 'refused'],
    [429, 'failed'],
    [500, 'failed'],
    [0, 'failed'],
  ])('takes status %i as %s', async (answer, kind) => {
    status = answer;
    const send = answer === 0 ? impatient : post;
    expect(await send(url(), { 'content-type': 'text/plain; charset=UTF-8' }, 'ü')).toMatchObject({ kind });
    expect(seen).toMatchObject([{ body: 'ü', headers: { 'content-type': 'text/plain; charset=UTF-8' } }]);
  });

  it.each([
    ['http://169.254.169.254/', 'refused'],
    ['http://10.1.1.1/', 'refused'],
    ['http://127.0.0.1:1/', 'failed'],
    ['nonsense', 'refused'],
  ])('takes %s as %s', async (address, kind) => expect(await post(address, {}, '')).toMatchObject({ kind }));

  it('does not wait for the end of an answer, nor for one that never quite begins', async () => {
    const sockets: Socket[] = [];
    const strange = createTcpServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.once('data', (request) => {
        const isEndless = request.includes('/endless');
        socket.write(isEndless ? 'HTTP/1.1 200 OK\r\n\r\n' : 'HTTP/1.1 200 OK\r\n');
        const drip = setInterval(() => socket.write(isEndless ? 'x'.repeat(1_000) : 'X: y\r\n'), 10);
        socket.on('close', () => clearInterval(drip));
      });
    });
    await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve));
    const { port } = strange.address() as AddressInfo;
    expect(await post(`http://127.0.0.1:${port}/endless`, {}, '')).toEqual({ kind: 'delivered' });
    expect(await impatient(`http://127.0.0.1:${port}/headers`, {}, '')).toMatchObject({ kind: 'failed' });
    await Promise.all(
      sockets.map((socket) => socket.destroyed || new Promise((done) => socket.once('close', done))),
    );
    strange.close();
  });

  it('goes by the address that a name leads to when the connection is made', async () => {
    const { port } = server.address() as AddressInfo;
    let addresses: string[] = [];
    const resolve = ((_host: string, _options: unknown, done: (...args: unknown[]) => void) =>
      done(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      )) as unknown as typeof lookup;
    const byName = createPost({ allowPrivate: true, timeoutMs: 10_000, resolve });
    addresses = ['169.254.169.254'];
    expect(await byName(`http://rebinds.example:${port}/`, {}, '')).toMatchObject({
      kind: 'refused',
      reason: 'rebinds.example leads to an address that messages are not sent to',
    });
    // Where a name has good and bad addresses, only the good ones are tried.
    addresses = ['169.254.169.254', (server.address() as AddressInfo).address];
    status = 200;
    expect(await byName(`http://rebinds.example:${port}/`, {}, '')).toEqual({ kind: 'delivered' });
  });
});
