import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ForwardLine, SearchLine } from '../../src/cli/admin-api.ts';
import { Intake } from '../../src/forward/intake.fixture.ts';
import { apiOf } from '../fault/house-keeping.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

let server: TestServer;
let intake: Intake;

beforeAll(async () => {
  server = await TestServer.start();
  intake = await Intake.start();
}, 120_000);
afterAll(async () => {
  await server?.dispose();
  await intake?.close();
});

async function send(eventName: string): Promise<void> {
  const record = {
    eventSource: 'shop.example.com',
    eventName,
    userIdentity: { type: 'IAMUser', userName: 'alice' },
  };
  await apiOf(server).post('/v1/events', JSON.stringify(record));
}

async function statusOf(name: string): Promise<ForwardLine['status'] | undefined> {
  const { forwards } = await apiOf(server).call<{ forwards: ForwardLine[] }>('/v1/admin/forwards', {
    op: 'list',
  });
  return forwards.find((one) => one.name === name)?.status;
}

const received = () =>
  intake.received.flatMap(({ body }) =>
    body
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { eventName: string }).eventName),
  );

test('recorded events reach an intake once each, filtered, and go on after a kill', async () => {
  const key = join(server.folder, 'key');
  writeFileSync(key, 'a-secret-key\n');
  const added = [
    '--kind',
    'http',
    '--url',
    intake.url,
    '--secret-file',
    key,
    '--filter',
    'source:shop.example.com -name:Skip*',
  ];
  expect(await server.opentrail('forwards', 'add', 'siem', ...added)).toBe('events go to siem\n');
  for (const name of ['One', 'SkipThis', 'Two']) await send(name);
  await until('two have come', 30_000, () => received().length === 2);
  expect(received()).toEqual(['One', 'Two']);
  expect(intake.received[0]?.headers.authorization).toBe('Bearer a-secret-key');
  await until('they are counted', 30_000, async () => (await statusOf('siem'))?.behind === 0);

  await server.kill9();
  await server.restart();
  await send('Three');
  await until('the third has come', 30_000, () => received().includes('Three'));
  // At least once: what was under way at the kill may come again, nothing may be missing.
  expect([...new Set(received())]).toEqual(['One', 'Two', 'Three']);
});

test('an intake that is down holds the events until it is back', async () => {
  intake.reply = () => ({ status: 503, headers: { 'retry-after': '1' } });
  await send('Held');
  await until('it fails', 30_000, async () => (await statusOf('siem'))?.state === 'failing');
  await apiOf(server).call('/v1/flush', {});
  intake.received.length = 0;
  intake.reply = () => ({ status: 200 });
  await until('it has come', 30_000, () => received().includes('Held'));
  expect(await server.opentrail('forwards', 'status')).toMatch(
    /^NAME +STATE +SENT .*\nsiem +(idle|sending|failing) +\d+ /,
  );
});

test('neither a list nor the trail shows the secret', async () => {
  const list = await server.opentrail('forwards', 'list');
  expect(list).toContain(`siem  http  `);
  expect(list).not.toContain('a-secret-key');
  expect(await server.opentrail('forwards', 'status', '--json')).not.toContain('a-secret-key');
  const found = await until('the call is found', 30_000, async () => {
    const question = JSON.stringify({ query: 'name:PutForward source:opentrail.internal' });
    const text = await (await apiOf(server).post('/v1/search', question)).text();
    return text !== '' && (JSON.parse(text.split('\n')[0] ?? '') as SearchLine);
  });
  expect(found.record).toContain('"siem"');
  expect(found.record).not.toContain('a-secret-key');
});

test('what cannot be is refused with every fault, and a metadata address is never connected to', async () => {
  const wrong = await server.runOpentrail(
    'forwards',
    'add',
    'x',
    '--kind',
    'splunk',
    '--url',
    'nonsense',
    '--filter',
    '(a',
  );
  expect(wrong.status).toBe(1);
  expect(wrong.stderr).toMatch(
    /url must be an address .*filter: a parenthesis is never closed .*splunk needs a secret/,
  );
  await server.opentrail(
    'forwards',
    'add',
    'meta',
    '--kind',
    'http',
    '--url',
    'http://169.254.169.254/latest',
  );
  await send('Four');
  const status = await until('it is refused', 30_000, async () => {
    const one = await statusOf('meta');
    return one?.lastError !== undefined && one;
  });
  expect(status.lastError).toMatch(/leads to an address that nothing is sent to/);
  expect(await server.opentrail('forwards', 'remove', 'meta')).toBe('removed meta\n');
  const missing = await server.runOpentrail('forwards', 'pause', 'meta');
  expect(missing.stderr).toContain('NoSuchForward');
});

test('the counts are in the metrics', async () => {
  const text = await (await fetch(new URL('/metrics', server.url))).text();
  expect(text).toMatch(/opentrail_forward_sent_total\{forward="siem"\} [1-9]/);
  expect(text).toMatch(/opentrail_forward_behind_events\{forward="siem"\} \d/);
});
