import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { firstOf, inspectDamaged } from '../lmdb/inspect.fixture.ts';
import { openCloudWatch } from './cloudwatch.ts';
import { type CloudWatchEnvironment, openCloudWatchEnvironment } from './environment.ts';
import { inspectCloudWatch } from './inspect.ts';
import { setOf } from './metrics/statistic-set.ts';

const PLACE = { account: '123456789012', region: 'us-east-1' };
const NOW = Date.UTC(2026, 10, 21, 5);
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:alarms';

let path: string;

/** An alarm that owes an action, and metrics by two ways. */
beforeEach(async () => {
  path = mkdtempSync(join(tmpdir(), 'opentrail-cloudwatch-inspect-'));
  const room = openCloudWatch({
    ...{ path, now: () => NOW, tick: 0 },
    notifier: { notify: async () => Promise.reject(new Error('not now')) },
  });
  const metric = { namespace: 'N', name: 'm', dimensions: [] };
  await room.alarms.put(
    PLACE,
    {
      ...{ name: 'a', metric, actionsEnabled: true },
      ...{ okActions: [], alarmActions: [TOPIC], insufficientDataActions: [] },
      rule: {
        ...{ statistic: 'Sum', period: 60, evaluationPeriods: 1, threshold: 1 },
        ...{ comparison: 'GreaterThanThreshold', missingData: 'missing' },
      },
    },
    [],
  );
  const datum = { ...PLACE, metric, time: NOW, set: setOf(1), unit: 'None', resolution: 60 } as const;
  await room.metrics.put([datum]);
  await room.metrics.take('log-groups', [
    { number: 7, data: [{ ...datum, metric: { ...metric, name: 'o' } }] },
  ]);
  await room.alarms.setState(PLACE, 'a', { state: 'ALARM', reason: 'test' });
  await room.close();
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const inspect = (damage?: (env: CloudWatchEnvironment) => unknown) =>
  inspectDamaged({ path, open: openCloudWatchEnvironment, inspect: inspectCloudWatch, damage });

test('finds nothing in what a room has left, and tells what is in it', async () => {
  const { told, found } = await inspect();
  expect(told).toEqual([]);
  expect(found.alarms.map(({ name }) => name)).toEqual(['a']);
  expect(found.metrics).toBe(2);
  expect(found.marks).toEqual(new Map([['log-groups', 7]]));
});

test.each<[what: string, expected: string, damage: (env: CloudWatchEnvironment) => unknown]>([
  [
    'a metric is gone',
    'owner: data are of a metric that does not exist',
    (env) => env.series.remove(firstOf(env.series)),
  ],
  ['metrics are miscounted', 'sum: there are said to be 9 metrics', (env) => env.root.put('series-count', 9)],
  [
    'two metrics share their data',
    'owner: the data of the metric N/o are those of N/m too',
    (env) => {
      for (const { key, value } of [...env.series.getRange()]) void env.series.put(key, { ...value, uid: 1 });
    },
  ],
  [
    'alarms are miscounted',
    'sum: alarms/123456789012/us-east-1 are said to be 3, and are 1',
    (env) => env.root.put('alarms/123456789012/us-east-1', 3),
  ],
  [
    'the history lost an item',
    "items of alarms are not in the alarms' history",
    (env) => env.history.remove(firstOf(env.history)),
  ],
  [
    'an item is not found by its alarm',
    'index: item 1 of',
    (env) => env.alarmHistory.remove(firstOf(env.alarmHistory)),
  ],
  ['a counter is gone', 'number: the counter owed stands at 1', (env) => env.root.remove('owed')],
  [
    'an owed action cannot be read',
    'unreadable: the row 1 of the table owed',
    (env) => env.owed.put(1, {} as never),
  ],
])('says when %s', async (_, expected, damage) => {
  const { told } = await inspect(damage);
  expect(told.join('\n')).toContain(expected);
});
