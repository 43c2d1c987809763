import { type AddressInfo, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, expect, it } from 'vitest';
import { createSmtpSender, readFrom } from './smtp.ts';

let open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open) one.close();
  open = [];
});

interface Seen {
  readonly user?: string;
  readonly isSecure: boolean;
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
}

async function startServer(options: SMTPServerOptions = {}): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      password === 'p@ss' ? done(null, { user: username }) : done(new Error('Invalid password')),
    onRcptTo({ address }, _session, done) {
      if (address.startsWith('nobody'))
        return done(Object.assign(new Error('No such user'), { responseCode: 550 }));
      if (address.startsWith('later'))
        return done(Object.assign(new Error('Greylisted'), { responseCode: 451 }));
      return done();
    },
    async onData(stream, session, done) {
      const { mailFrom, rcptTo } = session.envelope;
      seen.push({
        ...(typeof session.user === 'string' && { user: session.user }),
        isSecure: session.secure,
        from: mailFrom === false ? '' : mailFrom.address,
        to: rcptTo.map(({ address }) => address),
        source: await text(stream),
      });
      done();
    },
    ...options,
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  open.push(server);
  return { url: `127.0.0.1:${(server.server.address() as AddressInfo).port}`, seen };
}

const mail = (to: string) => ({
  to,
  subject: 'Grüße',
  text: 'über alles',
  headers: { 'message-id': '<1@notifications.opentrail>', 'auto-submitted': 'auto-generated' },
});

it('sends a mail with user and password, over TLS where it is offered', async () => {
  const { url, seen } = await startServer();
  const sender = createSmtpSender({ url: `smtp://ada:p%40ss@${url}`, from: 'Trail <trail@example.com>' });
  open.push(sender);
  expect(await sender.send({ ...mail('a@example.com'), fromName: 'Alarm "clock"' })).toEqual({
    kind: 'delivered',
  });
  expect(seen).toMatchObject([
    { user: 'ada', isSecure: true, from: 'trail@example.com', to: ['a@example.com'] },
  ]);
  expect(seen[0]!.source).toMatch(/^Message-ID: <1@notifications.opentrail>\r?$/im);
  expect(seen[0]!.source).toMatch(/^Auto-Submitted: auto-generated\r?$/im);
  expect(seen[0]!.source).toMatch(/^From: "Alarm \\"clock\\"" <trail@example.com>\r?$/im);
});

it('takes the password from beside the URL', async () => {
  const { url, seen } = await startServer();
  const sender = createSmtpSender({ url: `smtp://ada@${url}`, from: 'a@example.com', password: 'p@ss' });
  open.push(sender);
  expect(await sender.send(mail('a@example.com'))).toEqual({ kind: 'delivered' });
  expect(seen).toMatchObject([{ user: 'ada' }]);
});

it.each([
  ['a@example.com', 'wrong', 'failed'],
  ['nobody@example.com', 'p%40ss', 'refused'],
  ['later@example.com', 'p%40ss', 'failed'],
])('takes a mail to %s with the password %s as %s', async (to, password, kind) => {
  const { url } = await startServer();
  const sender = createSmtpSender({ url: `smtp://ada:${password}@${url}`, from: 'a@example.com' });
  open.push(sender);
  const outcome = await sender.send(mail(to));
  expect(outcome).toMatchObject({ kind });
  expect(JSON.stringify(outcome)).not.toContain('p@ss');
});

it('fails without a server, and without an answer that is SMTP', async () => {
  const server: Server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const sender = createSmtpSender({ url: `smtp://127.0.0.1:${port}`, from: 'a@example.com' });
  expect(await sender.send(mail('a@example.com'))).toMatchObject({ kind: 'failed' });
  await new Promise((done) => server.close(done));
  expect(await sender.send(mail('a@example.com'))).toMatchObject({ kind: 'failed' });
});

it.each([
  ['trail@example.com', { name: 'opentrail', address: 'trail@example.com' }],
  ['Trail <trail@example.com>', { name: 'Trail', address: 'trail@example.com' }],
  ['"The trail" <trail@example.com>', { name: 'The trail', address: 'trail@example.com' }],
])('reads the sender %s', (text_, expected) => {
  expect(readFrom(text_)).toEqual(expected);
});
