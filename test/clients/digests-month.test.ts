import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDelivery } from '../../src/delivery/index.ts';
import { openKeyRing } from '../../src/digest/index.ts';
import type { AcceptedEvent } from '../../src/event/index.ts';
import { openLmdbJournal } from '../../src/journal/index.ts';
import { openFsObjectStore } from '../../src/objects/index.ts';
import { createEmbeddedTrailBucket } from '../../src/services/s3/index.ts';
import { openLmdbState } from '../../src/state/index.ts';
import { openTrails } from '../../src/trails/index.ts';
import { NO_STORE } from '../fault/digest-house.ts';
import { ACCOUNT } from '../fault/house-keeping.ts';
import { TestServer } from './server.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS = 30;
/** Hours in which nobody looked: more than are made up one by one. */
const OUTAGE = { from: 300, hours: 120 };
const BUCKET = 'a-month-of-logs';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  await server.stop();
});
afterAll(() => server?.dispose());

function event(now: number, number: number, region: string): AcceptedEvent {
  const eventId = `month-${number}`;
  const record = {
    eventVersion: '1.11',
    eventID: eventId,
    eventTime: `${new Date(now).toISOString().slice(0, 19)}Z`,
    eventSource: 'month.example.com',
    eventName: 'DoIt',
    awsRegion: region,
    readOnly: false,
    eventCategory: 'Management',
    recipientAccountId: ACCOUNT,
  };
  const raw = Buffer.from(JSON.stringify(record));
  return { account: ACCOUNT, region, eventId, time: now, category: 'Management', raw };
}

/** The rooms of the server over its data directory, with a clock that runs through a month and ends now. */
async function liveThroughAMonth(dataDir: string): Promise<{ digests: number; events: number }> {
  const begin = Date.now() - DAYS * DAY;
  let time = begin;
  const now = () => time;
  const state = openLmdbState(join(dataDir, 'state'));
  const journal = openLmdbJournal({ path: join(dataDir, 'journal'), now });
  const objects = await openFsObjectStore({ path: join(dataDir, 'objects'), now });
  await objects.createBucket({ name: BUCKET, account: ACCOUNT, region: 'us-east-1' });
  const authorizer = { authorize: async () => ({ allowed: true as const }) };
  const bucket = createEmbeddedTrailBucket({ objects, authorizer });
  const topic = { publish: async () => undefined };
  const head = () => journal.head().seq;
  const trails = await openTrails({ state, bucket, topic, head, now, knownRegions: ['us-east-1'] });
  const keys = openKeyRing({ state, path: join(dataDir, 'keys'), now });
  const errors: unknown[] = [];
  const delivery = await startDelivery({
    state,
    journal,
    store: NO_STORE,
    trails,
    bucket,
    topic,
    now,
    interval: 5 * 60_000,
    keys,
    digestInterval: HOUR,
    historyDays: 90,
    onError: (_what, error) => errors.push(error),
  });
  const call = { account: ACCOUNT, region: 'us-east-1' };
  await trails.create(call, 'month', { s3BucketName: BUCKET, multiRegion: true, logFileValidation: true });
  await trails.startLogging(call, 'month');

  let events = 0;
  for (let hour = 0; hour < DAYS * 24; hour++) {
    if (hour % 5 === 0) await journal.append([event(time, events++, 'us-east-1')]);
    if (hour % 48 === 0) await journal.append([event(time, events++, 'eu-west-1')]);
    await delivery.flush();
    // Trims go by the real clock, which stands still here.
    if (hour % 24 === 0) await journal.trim(head());
    if (hour === OUTAGE.from) hour += OUTAGE.hours;
    time = begin + (hour + 1) * HOUR;
  }
  await delivery.flush();
  expect(errors).toEqual([]);
  const [{ state: of }] = delivery.progress() as [ReturnType<typeof delivery.progress>[number]];
  await delivery.close();
  await objects.close();
  await journal.close();
  await state.close();
  return { digests: of.digest?.delivered ?? 0, events };
}

it(`finds ${DAYS} days of hourly digests valid, with keys that came and went`, {
  timeout: 300_000,
}, async () => {
  const { digests, events } = await liveThroughAMonth(server.dataDir);
  await server.restart();
  const arn = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/month`;
  const start = new Date(Date.now() - (DAYS + 1) * DAY).toISOString();
  let valid = 0;
  let logs = 0;
  for (const region of ['us-east-1', 'eu-west-1']) {
    const args = ['--trail-arn', arn, '--start-time', start, '--region', region];
    const verdict = await server.aws.run('cloudtrail', 'validate-logs', ...args);
    expect(verdict, region).toMatchObject({ status: 0, stderr: '' });
    const ours = await server.runOpentrail('validate-logs', ...args);
    expect(ours, ours.stdout.slice(-3_000) + ours.stderr).toMatchObject({ status: 0 });
    const [, good, all] = /^(\d+)\/(\d+) digest files valid/m.exec(verdict.stdout)!;
    expect(good).toBe(all);
    const backfill = (OUTAGE.hours + 1 - 48) / 24;
    expect(verdict.stdout).toContain(
      `${Math.ceil(backfill)}/${Math.ceil(backfill)} backfill digest files valid`,
    );
    valid += Number(good) + Math.ceil(backfill);
    logs += Number(/(\d+)\/(\d+) log files valid/.exec(verdict.stdout)![1]);
  }
  expect(valid).toBe(digests);
  expect(valid).toBeGreaterThan(2 * (DAYS * 24 - OUTAGE.hours));
  expect(logs).toBe(events);
  const keys = await server.aws.json('cloudtrail', 'list-public-keys', '--start-time', start);
  expect((keys.PublicKeyList as unknown[]).length).toBe(2);
});
