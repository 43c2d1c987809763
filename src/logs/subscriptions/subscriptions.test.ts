import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Logs, openLogs } from '../logs.ts';
import { eventIdOf } from './payload.ts';
import { SubscriptionRefusal } from './subscription.ts';

const HOME = { account: '111122223333', region: 'eu-west-1' };
const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:q';
const HOOK = 'arn:aws:events:eu-west-1:111122223333:api-destination/hook';

interface Payload {
  readonly messageType: string;
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly subscriptionFilters: readonly string[];
  readonly logEvents: readonly {
    readonly id: string;
    readonly timestamp: number;
    readonly message: string;
  }[];
}

let path: string;
let logs: Logs;
let now: number;
let sent: { destination: string; sourceArn: string; payload: Payload }[];
let refusals: Map<string, Error>;

function open(): Logs {
  return openLogs({
    path,
    now: () => now,
    destinations: {
      async send(destination, body, { sourceArn }) {
        const refusal = refusals.get(destination);
        if (refusal) throw refusal;
        const { data } = JSON.parse(body).awslogs;
        const payload = JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString());
        sent.push({ destination, sourceArn, payload });
      },
    },
  });
}

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'subscriptions-'));
  now = 1_700_000_000_000;
  sent = [];
  refusals = new Map();
  logs = open();
  await logs.groups.create({ ...HOME, name: 'trail', createdAt: now, tags: [], metricFilters: [] });
  await logs.streams.create(logs.groups.get(HOME, 'trail'), 's', now);
});

afterEach(async () => {
  await logs.close();
  await rm(path, { recursive: true, force: true });
});

async function subscribe(...filters: [name: string, pattern: string, destination: string][]): Promise<void> {
  await logs.groups.update(HOME, 'trail', (group) => ({
    ...group,
    subscriptionFilters: filters.map(([name, pattern, destinationArn]) => ({
      name,
      pattern,
      destinationArn,
      distribution: 'ByLogStream',
      createdAt: now,
    })),
  }));
}

const append = (...messages: string[]) =>
  logs.append(
    HOME,
    'trail',
    's',
    messages.map((message, index) => ({ time: now + index, message })),
  );

/** Waits until nothing is owed, or something was refused. */
async function settled(): Promise<void> {
  const { subscriptions } = logs;
  while (subscriptions!.owedBytes > 0 && subscriptions!.counters.failedTries === 0) {
    await new Promise((done) => setImmediate(done));
  }
}

const messages = (destination: string) =>
  sent
    .filter((one) => one.destination === destination)
    .flatMap(({ payload }) => payload.logEvents.map(({ message }) => message));

describe('a subscription', () => {
  test('sends what its pattern lets through, in AWS’s form, with ids that readers of the group see too', async () => {
    await subscribe(['errors', '{ $.errorCode = "*" }', QUEUE]);
    await append('{"a":1}', '{"errorCode":"AccessDenied"}', 'plain');
    await settled();
    const [event] = logs
      .read(logs.groups.get(HOME, 'trail'), logs.streams.find(logs.groups.get(HOME, 'trail'), 's')!, {
        range: { from: 0, to: now + 10 },
        direction: 'forward',
        limits: { events: 10, bytes: 1_000_000 },
      })
      .filter(({ message }) => message.includes('errorCode'));
    expect(sent).toEqual([
      {
        destination: QUEUE,
        sourceArn: 'arn:aws:logs:eu-west-1:111122223333:log-group:trail:*',
        payload: {
          messageType: 'DATA_MESSAGE',
          owner: '111122223333',
          logGroup: 'trail',
          logStream: 's',
          subscriptionFilters: ['errors'],
          logEvents: [{ id: eventIdOf(event!), timestamp: now + 1, message: '{"errorCode":"AccessDenied"}' }],
        },
      },
    ]);
  });

  test('keeps the order, and does not wait for another that is down', async () => {
    await subscribe(['all', '', QUEUE], ['hook', 'b', HOOK]);
    refusals.set(HOOK, new Error('down'));
    for (let round = 0; round < 20; round++) await append(`a${round}`, `b ${round}`);
    while (messages(QUEUE).length < 40) await new Promise((done) => setImmediate(done));
    expect(messages(QUEUE)).toEqual(Array.from({ length: 20 }, (_, at) => [`a${at}`, `b ${at}`]).flat());
    expect(messages(HOOK)).toEqual([]);
    // The next process goes on where this one stopped.
    await logs.close();
    refusals.clear();
    logs = open();
    await settled();
    expect(messages(HOOK)).toEqual(Array.from({ length: 20 }, (_, at) => `b ${at}`));
    expect(logs.subscriptions!.owedBytes).toBe(0);
  });

  test('sends nothing twice that its source appends twice', async () => {
    await subscribe(['all', '', QUEUE]);
    const events = ['one', 'two', 'three'].map((message) => ({ time: now, message }));
    await logs.append(HOME, 'trail', 's', events.slice(0, 2), { source: 'x', numbers: [5, 6], next: 7 });
    await logs.append(HOME, 'trail', 's', events, { source: 'x', numbers: [5, 6, 7], next: 8 });
    await settled();
    expect(messages(QUEUE)).toEqual(['one', 'two', 'three']);
  });

  test('is given up after a day, counted; at once when its queue is too small', async () => {
    await subscribe(['all', '', QUEUE]);
    refusals.set(QUEUE, new SubscriptionRefusal('the queue is gone'));
    await append('a');
    await settled();
    expect(logs.subscriptions!.owedBytes).toBeGreaterThan(0);
    await logs.close();
    now += 86_400_000;
    logs = open();
    while (logs.subscriptions!.owedBytes > 0) await new Promise((done) => setImmediate(done));
    expect([...logs.subscriptions!.counters.dropped]).toEqual([['refused', 1]]);
    refusals.set(QUEUE, new SubscriptionRefusal('too long', { isUnfit: true }));
    await append('b');
    while (logs.subscriptions!.owedBytes > 0) await new Promise((done) => setImmediate(done));
    expect(logs.subscriptions!.counters.dropped.get('unfit')).toBe(1);
  });

  test('splits what would be too much for one message', async () => {
    await subscribe(['all', '', QUEUE]);
    await append(...Array.from({ length: 6 }, () => 'x'.repeat(100_000)));
    await settled();
    expect(sent.map(({ payload }) => payload.logEvents.length)).toEqual([2, 2, 2]);
  });
});
