import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
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
