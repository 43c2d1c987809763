import { describe, expect, test } from 'vitest';
import { event, events, useForwardHouse } from '../forwards.fixture.ts';
import type { Received, Reply } from '../intake.fixture.ts';

const theHouse = useForwardHouse();

const BUCKET = { user: 'AKIA1', region: 'eu-west-1', gather: 100 };
const idsIn = (text: string) =>
  (JSON.parse(text) as { Records: { eventID: string }[] }).Records.map((r) => r.eventID);

describe('another opentrail', () => {
  /** What the other side accepts, as its `POST /v1/events` answers. */
  function other(refusals: Readonly<Record<string, string>> = {}) {
    const taken: string[] = [];
    const reply = ({ body }: Received): Reply => {
      const records = body
        .trimEnd()
        .split('\n')
        .map((line) => {
          const { eventID } = JSON.parse(line) as { eventID: string };
          const reason = refusals[eventID];
          if (reason !== undefined) return { status: 'refused', reason, message: 'no' };
          const status = taken.some((one) => one.includes(`"${eventID}"`)) ? 'duplicate' : 'accepted';
          if (status === 'accepted') taken.push(line);
          return { status, eventID };
        });
      return { status: 200, body: JSON.stringify({ records }) };
    };
    return { taken, reply };
  }

  test('gets records as they are, with the id that one has here where it has none itself', async () => {
    const house = theHouse();
    const { taken, reply } = other();
    const intake = await house.intakeOf(reply);
    await house.add('dr', 'opentrail', intake.url);
    const nested = '{"requestParameters":{"eventID":"x"}, "n": 1.0}';
    house.feed.append([event(0), event(1, { id: 'sha256:1', raw: nested })]);
    await house.settled('dr', ({ sent }) => sent === 2);
    expect(taken).toEqual([event(0).raw, `${nested.slice(0, -1)},"eventID":"sha256:1"}`]);
    expect(intake.received[0]).toMatchObject({
      path: '/v1/events',
      headers: { authorization: 'Bearer key-1', 'content-encoding': 'gzip' },
    });
  });

  test('what it refuses is a dead letter, and takes no other with it', async () => {
    const house = theHouse();
    const { taken, reply } = other({ 'id-1': 'TooLarge' });
    await house.add('dr', 'opentrail', (await house.intakeOf(reply)).url);
    house.feed.append(events(3));
    const status = await house.settled('dr', ({ sent, dead }) => sent + dead === 3);
    expect(status).toMatchObject({ sent: 2, dead: 1, lastError: 'TooLarge: no' });
    expect(taken).toHaveLength(2);
  });

  test.each([
    ['does not take the account', other({ 'id-0': 'ForeignAccount' }).reply, /ForeignAccount/],
    ['is none', () => ({ status: 200, body: 'hello' }), /this is no opentrail: hello/],
    ['answers of fewer records', () => ({ status: 200, body: '{"records":[]}' }), /this is no opentrail/],
    ['wants another token', () => ({ status: 403 }), /answered 403/],
  ])('one that %s gives nothing up', async (_what, reply, words) => {
    const house = theHouse();
    await house.add('dr', 'opentrail', (await house.intakeOf(reply)).url, { giveUpAfter: 0 });
    house.feed.append(events(2));
    const status = await house.settled('dr', ({ retries }) => retries > 1);
    expect(status).toMatchObject({ state: 'failing', sent: 0, dead: 0 });
    expect(status.lastError).toMatch(words);
  });
});

describe('a bucket', () => {
  const DAY = 86_400_000;

  test('gets log files at the keys of CloudTrail, by account, Region and day, signed', async () => {
    const house = theHouse();
    const intake = await house.intakeOf();
    await house.add('dr', 's3', `${intake.url}/bucket/copies`, BUCKET);
    const other = { account: '222222222222', region: 'us-east-1' };
    house.feed.append([event(0), event(1, other), event(2), event(3, { time: event(0).time + DAY })]);
    await house.settled('dr', ({ sent }) => sent === 4);
    const files = intake.received.map(({ path, body }) => [
      path.replace(/_[A-Za-z0-9]+\.json/, '_U.json'),
      idsIn(body),
    ]);
    const key = (account: string, region: string, day: string) =>
      `/bucket/copies/AWSLogs/${account}/CloudTrail/${region}/2026/11/${day}/${account}_CloudTrail_${region}_202611${day}T0000Z_U.json.gz`;
    expect(files).toEqual([
      [key('111111111111', 'eu-west-1', '20'), ['id-0', 'id-2']],
      [key('222222222222', 'us-east-1', '20'), ['id-1']],
      [key('111111111111', 'eu-west-1', '21'), ['id-3']],
    ]);
    expect(intake.received[0]?.body).toContain('"n":1.0');
    expect(intake.received[0]?.method).toBe('PUT');
    expect(intake.received[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIA1\/20261121\/eu-west-1\/s3\/aws4_request/,
    );
  });

  test('gets the same objects again after a break, whatever came meanwhile', async () => {
    const house = theHouse();
    let isDown = false;
    const asked: Received[] = [];
    const intake = await house.intakeOf((request) => {
      asked.push(request);
      if (isDown) throw new Error('down');
      return { status: 200 };
    });
    await house.add('dr', 's3', `${intake.url}/bucket`, BUCKET);
    isDown = true;
    house.feed.append(events(3));
    await house.settled('dr', ({ retries }) => retries > 0);
    const [first] = asked;
    await house.forwards.close();
    house.feed.append(events(3, 3));
    isDown = false;
    await house.open();
    await house.settled('dr', ({ sent }) => sent === 6);
    const paths = asked.map(({ path }) => path);
    expect(new Set(paths).size).toBe(2);
    expect(paths.at(-2)).toBe(first?.path);
    expect(asked.at(-2)?.bytes).toEqual(first?.bytes);
    expect(idsIn(asked.at(-1)?.body ?? '')).toEqual(['id-3', 'id-4', 'id-5']);
  });

  test('goes on after what a feed let go of meanwhile, counted once', async () => {
    const house = theHouse();
    const intake = await house.intakeOf(() => {
      throw new Error('down');
    });
    await house.add('dr', 's3', `${intake.url}/bucket`, BUCKET);
    house.feed.append(events(3));
    await house.settled('dr', ({ retries }) => retries > 0);
    await house.forwards.close();
    house.feed.append(events(5, 3));
    house.feed.first = 6;
    intake.reply = () => ({ status: 200 });
    await house.open();
    const { lost } = await house.settled('dr', ({ sent }) => sent === 2);
    expect(lost.get('feed-trimmed')).toBe(6);
    expect(idsIn(intake.received.at(-1)?.body ?? '')).toEqual(['id-6', 'id-7']);
  });

  test('whose answer is no gives nothing up; a name that a record makes up leads nowhere else', async () => {
    const house = theHouse();
    let status = 400;
    const intake = await house.intakeOf(() => ({ status }));
    await house.add('dr', 's3', `${intake.url}/bucket`, { ...BUCKET, giveUpAfter: 0 });
    house.feed.append([event(0, { account: '../../evil', region: '' })]);
    const failing = await house.settled('dr', ({ retries }) => retries > 0);
    expect(failing).toMatchObject({ dead: 0, lastError: expect.stringContaining('the bucket answered 400') });
    status = 200;
    await house.settled('dr', ({ sent }) => sent === 1);
    expect(intake.received[0]?.path).toMatch(
      /^\/bucket\/AWSLogs\/evil\/CloudTrail\/unknown\/2026\/11\/20\/evil_/,
    );
  });

  test('gets views as lines', async () => {
    const house = theHouse();
    const intake = await house.intakeOf();
    await house.add('dr', 's3', `${intake.url}/bucket`, { ...BUCKET, form: 'ocsf' });
    house.feed.append(events(2));
    await house.settled('dr', ({ sent }) => sent === 2);
    expect(intake.received[0]?.path).toMatch(/\.ndjson\.gz$/);
    expect(intake.received[0]?.body).toBe('{"form":"ocsf","id":"id-0"}\n{"form":"ocsf","id":"id-1"}\n');
  });
});

test('a destination for copies gets what lies in the repositories that name it, and nothing else', async () => {
  const house = theHouse();
  const intake = await house.intakeOf();
  await house.add('copy-of-security', 's3', `${intake.url}/bucket`, { ...BUCKET, copies: true });
  expect(house.forwards.list()[0]).toMatchObject({
    copies: true,
    feeds: ['collected'],
    giveUpAfter: 30 * 86_400_000,
  });
  house.feed.append([event(0), event(1, { repo: 'security' }), event(2, { repo: 'history' })]);
  const status = await house.settled('copy-of-security', ({ sent, filtered }) => sent + filtered === 3);
  expect(status.filtered).toBe(2);
  expect(idsIn(intake.received[0]?.body ?? '')).toEqual(['id-1']);
});

test.each([
  [{ kind: 's3', url: 'https://h/b' }, ['s3 needs a secret', 's3 needs a user', 's3 needs a region']],
  [{ kind: 's3', url: 'https://h', user: 'a', secret: 's', region: 'r' }, ['url must have the bucket']],
  [
    { kind: 's3', url: 'https://h/b/../c%2f', user: 'a', secret: 's', region: 'r' },
    ['url must have the bucket'],
  ],
  [{ kind: 's3', url: 'https://h/b', user: 'a', secret: 's', region: 'r', gather: 5 }, ['gather must be']],
  [{ kind: 'opentrail', url: 'https://h', secret: 's', form: 'ecs' }, ['form must be raw']],
  [{ kind: 'http', url: 'https://h', region: 'r', gather: 500 }, ['region is for s3', 'gather is for s3']],
  [{ kind: 'http', url: 'https://h', copies: true, feeds: ['recorded'] }, ['feeds must be collected']],
])('refuses %j', async (json, words) => {
  const error = await theHouse()
    .forwards.put({ name: 'x', ...json })
    .catch((thrown: unknown) => thrown);
  for (const word of words) expect(String(error)).toContain(word);
});
