import { createSocket } from 'node:dgram';
import { createServer as createHttps } from 'node:https';
import { createServer } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { TEST_CERTIFICATE, TEST_KEY } from '../../sources/connect/certificate.fixture.ts';
import { event, useForwardHouse } from '../forwards.fixture.ts';

const theHouse = useForwardHouse();

describe('syslog gets what it takes', () => {
  test('syslog over TCP: RFC 5424 with the length before each message', async () => {
    const house = theHouse();
    let text = Buffer.alloc(0);
    const server = createServer((socket) =>
      socket.on('data', (chunk) => (text = Buffer.concat([text, chunk]))),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await house.add('sys', 'syslog', `tcp://127.0.0.1:${port}`);
    house.feed.append([event(0), event(1, { error: 'Access"Denied]' })]);
    await house.settled('sys', ({ sent }) => sent === 2);
    for (let tries = 0; tries < 500 && !text.includes('id-1"'); tries++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    const messages: string[] = [];
    while (text.length > 0) {
      const space = text.indexOf(' ');
      const length = Number(text.subarray(0, space).toString());
      messages.push(text.subarray(space + 1, space + 1 + length).toString());
      text = text.subarray(space + 1 + length);
    }
    expect(messages).toHaveLength(2);
    expect(messages[0]).toMatch(
      /^<109>1 2026-11-20T00:00:00\.000Z \S+ opentrail - CreateUser \[cloudtrail@32473 eventId="id-0" /,
    );
    expect(messages[0]?.endsWith(`] \uFEFF${event(0).raw}`)).toBe(true);
    expect(messages[1]).toContain('<108>1 ');
    expect(messages[1]).toContain('error="Access\\"Denied\\]"');
    await house.forwards.remove('sys');
    await new Promise((resolve) => server.close(resolve));
  });

  test('syslog over UDP: a datagram each, what does not fit into one is a dead letter', async () => {
    const house = theHouse();
    const socket = createSocket('udp4');
    const datagrams: string[] = [];
    socket.on('message', (message) => datagrams.push(message.toString()));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    await house.add('sys', 'syslog', `udp://127.0.0.1:${socket.address().port}`);
    house.feed.append([event(0), event(1, { raw: `{"x":"${'y'.repeat(70_000)}"}` })]);
    const status = await house.settled('sys', ({ sent, dead }) => sent + dead === 2);
    expect(status).toMatchObject({ sent: 1, dead: 1 });
    for (let tries = 0; tries < 500 && datagrams.length === 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(datagrams[0]).toMatch(/^<109>1 /);
    socket.close();
  });
});

describe('a server of a private authority', () => {
  const pair = { key: TEST_KEY, cert: TEST_CERTIFICATE };

  test('gets syslog over TLS and HTTP where its authority is named, and nothing where it is not', async () => {
    const house = theHouse();
    const got = { tls: '', https: '' };
    const tls = createTls(pair, (socket) => socket.on('data', (chunk) => (got.tls += chunk.toString())));
    const https = createHttps(pair, (req, res) => {
      req.on('data', (chunk: Buffer) => (got.https += chunk.toString()));
      req.on('end', () => res.end());
    });
    for (const server of [tls, https]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      server.on('tlsClientError', () => undefined);
    }
    const port = (server: typeof tls | typeof https) => (server.address() as { port: number }).port;
    const [log, web] = [`tls://localhost:${port(tls)}`, `https://127.0.0.1:${port(https)}`];
    await house.add('log', 'syslog', log, { ca: TEST_CERTIFICATE });
    await house.add('web', 'http', web, { ca: TEST_CERTIFICATE, gzip: false });
    await house.add('strange-log', 'syslog', log);
    await house.add('strange-web', 'http', web);
    house.feed.append([event(0, { priority: 'high' })]);
    for (const name of ['log', 'web']) await house.settled(name, ({ sent }) => sent === 1);
    for (const name of ['strange-log', 'strange-web']) {
      const status = await house.settled(name, ({ retries }) => retries > 0);
      expect(status).toMatchObject({ sent: 0, lastError: expect.stringMatching(/certificate/) });
    }
    for (let tries = 0; tries < 500 && got.tls === ''; tries++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(got.tls).toMatch(/^\d+ <109>1 /);
    expect(got.https).toBe(`${event(0).raw}\n`);
    for (const name of ['log', 'web', 'strange-log', 'strange-web']) await house.forwards.remove(name);
    https.closeAllConnections();
    for (const server of [tls, https]) await new Promise((resolve) => server.close(resolve));
  });

  test.each(['nonsense', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])(
    'is not named by %j',
    async (ca) => {
      await expect(theHouse().add('x', 'http', 'https://h', { ca })).rejects.toThrow(
        /ca must be certificates/,
      );
    },
  );
});
