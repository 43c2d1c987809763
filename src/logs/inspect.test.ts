import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inspectDamaged } from '../lmdb/inspect.fixture.ts';
import { inspectLogs } from './inspect.ts';
import { openLogs } from './logs.ts';
import { type LogsEnvironment, openLogsEnvironment } from './store/environment.ts';

const PLACE = { account: '123456789012', region: 'eu-central-1' };
const NOW = Date.UTC(2026, 0, 10);

let path: string;

/** A group with a metric filter and a subscription, both with something owed, and another whose stream was deleted. */
beforeEach(async () => {
  path = mkdtempSync(join(tmpdir(), 'opentrail-logs-inspect-'));
  const logs = openLogs({
    path,
    now: () => NOW,
    metrics: { take: async () => Promise.reject(new Error('not now')) },
    destinations: { send: async () => Promise.reject(new Error('not now')) },
    onError: () => undefined,
  });
  const transformation = { metricName: 'm', metricNamespace: 'n', metricValue: '1' };
  await logs.groups.create({
    ...{ ...PLACE, name: 'g', createdAt: NOW, tags: [] },
    metricFilters: [{ name: 'f', pattern: '', transformations: [transformation], createdAt: NOW }],
    subscriptionFilters: [
      {
        name: 's',
        pattern: '',
        destinationArn: 'arn:aws:sqs:x',
        distribution: 'ByLogStream',
        createdAt: NOW,
      },
    ],
  });
  await logs.groups.create({ ...PLACE, name: 'other', createdAt: NOW, tags: [], metricFilters: [] });
  for (const group of ['g', 'other']) {
    for (const stream of ['one', 'two'])
      await logs.streams.create(logs.groups.get(PLACE, group), stream, NOW);
    const events = ['a', 'b', 'c'].map((message) => ({ time: NOW, message }));
    await logs.append(PLACE, group, 'one', events, { source: 'trail', numbers: [1, 2, 3], next: 4 });
    await logs.append(PLACE, group, 'two', events);
  }
  await logs.streams.delete(logs.groups.get(PLACE, 'other'), 'two');
  await logs.close();
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const inspect = (damage?: (env: LogsEnvironment) => unknown) =>
  inspectDamaged({ path, open: openLogsEnvironment, inspect: inspectLogs, damage });

test('finds nothing in what a room has left, and tells what is in it', async () => {
  const { told, found } = await inspect();
  expect(told).toEqual([]);
  expect(found.groups.map(({ name }) => name)).toEqual(['g', 'other']);
  expect(found.marks).toEqual(new Map([['trail', 4]]));
  expect(found.nextPoints).toBeGreaterThan(1);
  expect(found.events).toBeGreaterThanOrEqual(6);
});

test.each<[what: string, kind: string, damage: (env: LogsEnvironment) => unknown]>([
  [
    'a group lost its row',
    'owner: the log stream',
    (env) => env.groups.remove([PLACE.account, PLACE.region, 'g']),
  ],
  ['a stream lost its row', 'owner: log events of arn:aws:logs', (env) => env.streams.remove([1, 'one'])],
  [
    'an event lost its place in its stream',
    'index: the log event 1 of arn:aws:logs',
    (env) => env.byStream.remove([...env.byStream.getKeys({ limit: 1 })][0]!),
  ],
  [
    'an event is gone',
    'sum: the log group g is said to hold 6 events',
    (env) => env.events.remove([...env.events.getKeys({ limit: 1 })][0]!),
  ],
  ['a counter fell back', 'number: the counter event stands at 2', (env) => env.root.put('event', 2)],
  ['a counter is gone', 'number: the counter uid stands at 1', (env) => env.root.remove('uid')],
  [
    'owed text is miscounted',
    'sum: subscribers are said to be owed 7 bytes',
    (env) => env.root.put('owed-bytes', 7),
  ],
  [
    'a group cannot be read',
    'unreadable: the row ["123456789012","eu-central-1","g"] of the table groups',
    (env) => env.groups.put([PLACE.account, PLACE.region, 'g'], {} as never),
  ],
])('says when %s', async (_, expected, damage) => {
  const { told } = await inspect(damage);
  expect(told.join('\n')).toContain(expected);
});
