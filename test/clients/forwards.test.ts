import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ForwardLine, SearchLine } from '../../src/cli/admin-api.ts';
import { Intake } from '../../src/forward/intake.fixture.ts';
import { ACCOUNT, apiOf, s3Of } from '../fault/house-keeping.ts';
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

/** Puts a log file into a bucket of the server, which is a log source of it. */
async function collect(events: readonly { readonly id: string; readonly more: object }[]): Promise<void> {
  const s3 = s3Of(server);
  await s3.send(new CreateBucketCommand({ Bucket: 'collected-logs' }));
  const now = new Date().toISOString();
  const records = events.map(({ id, more }) => ({
    ...{
      eventVersion: '1.11',
      eventID: id,
      eventTime: `${now.slice(0, 19)}Z`,
      eventSource: 'ec2.amazonaws.com',
    },
    ...{ eventName: 'RunInstances', awsRegion: 'eu-west-1', recipientAccountId: ACCOUNT },
    ...{ userIdentity: { type: 'IAMUser', userName: 'bob' }, ...more },
  }));
  const Key = `AWSLogs/${ACCOUNT}/CloudTrail/eu-west-1/${now.slice(0, 10).replaceAll('-', '/')}/x_${now.slice(0, 10).replaceAll('-', '')}T0000Z_a.json`;
  const Body = JSON.stringify({ Records: records });
  await s3.send(new PutObjectCommand({ Bucket: 'collected-logs', Key, Body }));
  s3.destroy();
  const config = {
    Source: { name: 'bucket', interval: 60, charset: 'utf_8', timezone: 'UTC' },
    Connector: {
      endpoint_url: server.url,
      access_key: server.env.AWS_ACCESS_KEY_ID,
      secret_key: server.env.AWS_SECRET_ACCESS_KEY,
      ...{ bucket_name: 'collected-logs', region_name: 'us-east-1', filter_date: '2026-01-01' },
    },
    RoutingPolicy: { routing_criterion: [], catch_all: 'default' },
    NormalizationPolicy: { normalizers: [{ name: 'CloudTrailCompiledNormalizer', type: 'compiled' }] },
  };
  const data = { name: 'bucket', type: 'S3Fetcher', config };
  await apiOf(server).request('POST', '/configapi/opentrail/opentrail/LogSources', { data });
}

test('collected records go to each destination by its own filter and in its own form; what is refused is a dead letter', async () => {
  const intakes = await Promise.all([Intake.start(), Intake.start(), Intake.start()]);
  const [errors, views, picky] = intakes as [Intake, Intake, Intake];
  const refusesPoison = ({ body }: { readonly body: string }) => ({
    status: body.includes('c-poison') ? 400 : 200,
  });
  picky.reply = refusesPoison;
  const forwards = [
    { name: 'errors', url: errors.url, filter: 'error:*' },
    { name: 'views', url: views.url, form: 'ecs', filter: '-error:*' },
    { name: 'picky', url: picky.url },
  ];
  for (const forward of forwards) {
    const common = { kind: 'http', gzip: true, feeds: ['collected'] };
    await apiOf(server).call('/v1/admin/forwards', { op: 'add', forward: { ...common, ...forward } });
  }
  await collect([
    { id: 'c-good', more: {} },
    { id: 'c-denied', more: { errorCode: 'AccessDenied' } },
    { id: 'c-poison', more: { eventName: 'Poison' } },
  ]);
  const lines = ({ received }: Intake) =>
    received.flatMap(({ body }) => body.split('\n').filter(Boolean)).map((line) => JSON.parse(line));
  await until('the error has come', 60_000, () => lines(errors).length === 1);
  expect(lines(errors)[0]).toMatchObject({ eventID: 'c-denied', errorCode: 'AccessDenied' });
  await until('the views have come', 30_000, () => lines(views).length === 2);
  expect(lines(views)).toMatchObject([
    {
      event: { id: 'c-good', action: 'RunInstances', provider: 'ec2.amazonaws.com' },
      cloud: { region: 'eu-west-1' },
    },
    { event: { id: 'c-poison', action: 'Poison' } },
  ]);
  await until(
    'one is a dead letter',
    30_000,
    async () => (await statusOf('picky'))?.deadLetters?.events === 1,
  );
  const taken = (intake: Intake) =>
    lines({ received: intake.received.filter((request) => refusesPoison(request).status === 200) } as Intake);
  expect(taken(picky).map(({ eventID }) => eventID)).toEqual(['c-good', 'c-denied']);

  // The intake was mended: the dead letter goes out, and nothing else comes again.
  picky.reply = () => ({ status: 200 });
  picky.received.length = 0;
  expect(await server.opentrail('forwards', 'retry', 'picky')).toMatch(/^1 dead letters are sent again/);
  await until('it has come', 30_000, () => lines(picky).length === 1);
  expect(lines(picky)[0]).toMatchObject({ eventID: 'c-poison' });
  await until('none is left', 30_000, async () => (await statusOf('picky'))?.deadLetters?.events === 0);
  for (const { name } of forwards) await apiOf(server).call('/v1/admin/forwards', { op: 'remove', name });
  await Promise.all(intakes.map((one) => one.close()));
}, 180_000);

test('the counts are in the metrics', async () => {
  const text = await (await fetch(new URL('/metrics', server.url))).text();
  expect(text).toMatch(/opentrail_forward_sent_total\{forward="siem"\} [1-9]/);
  expect(text).toMatch(/opentrail_forward_behind_events\{forward="siem"\} \d/);
});
