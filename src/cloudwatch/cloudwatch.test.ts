import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fillDisk } from '../lmdb/full-disk.fixture.ts';
import {
  type AlarmMessage,
  type AlarmSettings,
  type CloudWatch,
  type CloudWatchOptions,
  type MetricDatum,
  openCloudWatch,
  setOf,
  type TierStep,
} from './index.ts';

vi.mock('../lmdb/index.ts', async (original) =>
  (await import('../lmdb/full-disk.fixture.ts')).watchedDoor(original),
);

const PLACE = { account: '123456789012', region: 'us-east-1' };
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:alarms';
const START = Date.UTC(2026, 10, 21, 5);
const MINUTE = 60_000;
const DAY = 86_400_000;

const METRIC = { namespace: 'LogMetrics', name: 'RootUse', dimensions: [] };
const SETTINGS: AlarmSettings = {
  name: 'CIS-RootUse',
  description: 'Somebody used the root account',
  metric: METRIC,
  rule: {
    statistic: 'Sum',
    period: 60,
    evaluationPeriods: 1,
    threshold: 1,
    comparison: 'GreaterThanOrEqualToThreshold',
    missingData: 'notBreaching',
  },
  treatMissingData: 'notBreaching',
  actionsEnabled: true,
  okActions: [],
  alarmActions: [TOPIC],
  insufficientDataActions: [],
};

let folder: string;
let time: number;
let room: CloudWatch;
let sent: { action: string; message: AlarmMessage }[];
let ids: string[];
let failure: unknown;
let notified: () => void;

const notifier: CloudWatchOptions['notifier'] = {
  async notify({ action, message, messageId }) {
    ids.push(messageId);
    if (failure !== undefined) throw failure;
    sent.push({ action, message });
    notified();
  },
};

const open = (options: Partial<CloudWatchOptions> = {}) =>
  openCloudWatch({ path: folder, now: () => time, notifier, tick: 0, ...options });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opentrail-cloudwatch-'));
  time = START;
  sent = [];
  ids = [];
  failure = undefined;
  notified = () => undefined;
  room = open();
});
afterEach(async () => {
  await room.close();
  rmSync(folder, { recursive: true, force: true });
});

async function reopen(): Promise<void> {
  await room.close();
  room = open();
}

const datum = (options: Partial<MetricDatum> = {}): MetricDatum => ({
  ...PLACE,
  metric: METRIC,
  time,
  set: setOf(1),
  unit: 'None',
  resolution: 60,
  ...options,
});

const read = (step: TierStep, from = START, to = START + DAY) =>
  room.metrics.read(PLACE, METRIC, { step, from, to }).map(({ time: at, set }) => [at, set.sum]);

const alarm = (name = SETTINGS.name) => room.alarms.find(PLACE, name)!;
const history = (options: { type?: 'StateUpdate' | 'Action' | 'ConfigurationUpdate'; alarm?: string } = {}) =>
  room.history(PLACE, {
    from: 0,
    to: Number.MAX_SAFE_INTEGER - 1,
    newestFirst: false,
    limit: 100,
    ...options,
  }).items;

/** Lets time go by, evaluating every ten seconds, as the server does. */
async function pass(milliseconds: number): Promise<void> {
  for (const until = time + milliseconds; time < until; ) {
    time = Math.min(time + 10_000, until);
    await room.evaluate();
  }
}

describe('metrics', () => {
  test('stand in every step that is kept, seconds only where asked for', async () => {
    await room.metrics.put([
      datum({ time: START + 1_500, resolution: 1 }),
      datum({ time: START + 61_000 }),
      datum({ time: START + 62_000 }),
    ]);
    expect(read(1)).toEqual([[START + 1_000, 1]]);
    expect(read(60)).toEqual([
      [START, 1],
      [START + MINUTE, 2],
    ]);
    expect(read(300)).toEqual([[START, 3]]);
    expect(read(3_600)).toEqual([[START, 3]]);
  });

  test('of other units, dimensions, accounts and Regions stand apart', async () => {
    const other = { ...METRIC, dimensions: [{ name: 'a', value: 'b' }] };
    await room.metrics.put([
      datum(),
      datum({ unit: 'Count' }),
      datum({ metric: other, set: setOf(10) }),
      datum({ region: 'eu-west-1', set: setOf(100) }),
      datum({ account: '999999999999', set: setOf(1_000) }),
    ]);
    expect(read(60)).toEqual([
      [START, 1],
      [START, 1],
    ]);
    expect(room.metrics.read(PLACE, METRIC, { step: 60, from: 0, to: time + 1, unit: 'Count' })).toHaveLength(
      1,
    );
    expect(room.metrics.read(PLACE, other, { step: 60, from: 0, to: time + 1 })[0]?.set.sum).toBe(10);
    const listing = { activeSince: 0, matches: () => true, limit: 10 };
    expect(room.metrics.list(PLACE, listing)).toHaveLength(2);
    expect(room.metrics.list({ ...PLACE, region: 'eu-west-1' }, listing)).toHaveLength(1);
  });

  test('of a source that repeats itself after a crash count once', async () => {
    const batch = [1, 2, 3].map((number) => ({ number, data: [datum()] }));
    await room.metrics.take('logs', batch.slice(0, 2));
    await reopen();
    await room.metrics.take('logs', batch);
    expect(read(60)).toEqual([[START, 3]]);
  });

  test('a default value counts only where its minute has nothing', async () => {
    const standard = (at: number) => datum({ time: at, set: setOf(0), onlyIfFirst: true });
    await room.metrics.put([datum(), standard(START), standard(START + MINUTE), standard(START + MINUTE)]);
    const sets = room.metrics.read(PLACE, METRIC, { step: 60, from: START, to: START + DAY });
    expect(sets.map(({ set }) => [set.count, set.sum])).toEqual([
      [1, 1],
      [1, 0],
    ]);
  });

  test('are bounded in number; what is beyond is counted', async () => {
    await room.close();
    room = open({ maxSeries: 3 });
    const metricOf = (name: string) => ({ ...METRIC, name });
    await room.metrics.put(['a', 'b', 'c', 'd', 'e', 'a'].map((name) => datum({ metric: metricOf(name) })));
    expect(room.metrics.size).toBe(3);
    expect(room.metrics.dropped).toBe(2);
    expect(room.metrics.hasRoomFor(room.metrics.countNew([[PLACE, metricOf('a')]]))).toBe(true);
    expect(room.metrics.hasRoomFor(room.metrics.countNew([[PLACE, metricOf('d')]]))).toBe(false);
  });

  test('go when their time is over, finest first, and the metric with the last of them', async () => {
    await room.metrics.put([datum({ resolution: 1 })]);
    const left = async (later: number) => {
      time = START + later;
      await room.sweep();
      return ([1, 60, 300, 3_600] as const).map((step) => read(step).length);
    };
    expect(await left(3 * 3_600_000)).toEqual([1, 1, 1, 1]);
    expect(await left(3 * 3_600_000 + 1)).toEqual([0, 1, 1, 1]);
    expect(await left(15 * DAY + MINUTE)).toEqual([0, 0, 1, 1]);
    expect(await left(64 * DAY)).toEqual([0, 0, 0, 1]);
    expect(room.metrics.size).toBe(1);
    expect(await left(456 * DAY)).toEqual([0, 0, 0, 0]);
    expect(room.metrics.size).toBe(0);
  });
});

describe('an alarm', () => {
  beforeEach(async () => {
    await room.alarms.put(PLACE, SETTINGS, []);
  });

  test('is made without a verdict, fires on what comes, and calms down', async () => {
    expect(alarm()).toMatchObject({
      state: 'INSUFFICIENT_DATA',
      reason: 'Unchecked: Initial alarm creation',
    });
    await pass(2 * MINUTE);
    expect(alarm().state).toBe('OK');
    await room.metrics.put([datum({ time: time + 5_000 })]);
    await pass(10 * MINUTE);
    expect(history({ type: 'StateUpdate' }).map(({ summary, time: at }) => [summary, at - START])).toEqual([
      ['Alarm updated from INSUFFICIENT_DATA to OK', 70_000],
      ['Alarm updated from OK to ALARM', 190_000],
      ['Alarm updated from ALARM to OK', 370_000],
    ]);
    expect(sent.map(({ action, message }) => [action, message.subject])).toEqual([
      [TOPIC, 'ALARM: "CIS-RootUse" in US East (N. Virginia)'],
    ]);
  });

  test("tells in AWS's JSON, and people in words", async () => {
    await room.metrics.put([datum({ time: time + 5_000 })]);
    await pass(2 * MINUTE);
    const { json, mail, chat } = sent[0]!.message;
    expect(json).toContain('"Threshold":1.0');
    expect(JSON.parse(json)).toEqual({
      AlarmName: 'CIS-RootUse',
      AlarmDescription: 'Somebody used the root account',
      AWSAccountId: '123456789012',
      AlarmConfigurationUpdatedTimestamp: '2026-11-21T05:00:00.000+0000',
      NewStateValue: 'ALARM',
      NewStateReason:
        'Threshold Crossed: 1 datapoint [1.0 (21/11/26 05:00:00)] was greater than or equal to the threshold (1.0).',
      StateChangeTime: '2026-11-21T05:01:10.000+0000',
      Region: 'US East (N. Virginia)',
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:CIS-RootUse',
      OldStateValue: 'INSUFFICIENT_DATA',
      OKActions: [],
      AlarmActions: [TOPIC],
      InsufficientDataActions: [],
      Trigger: {
        MetricName: 'RootUse',
        Namespace: 'LogMetrics',
        StatisticType: 'Statistic',
        Statistic: 'SUM',
        Unit: null,
        Dimensions: [],
        Period: 60,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        Threshold: 1,
        TreatMissingData: 'notBreaching',
        EvaluateLowSampleCountPercentile: '',
      },
    });
    expect(mail).toMatch(
      /^You are receiving this email because your CloudWatch Alarm "CIS-RootUse" in the US East/,
    );
    expect(mail).toContain('at "Saturday 21 November, 2026 05:01:10 UTC"');
    expect(mail).toContain('- State Change:               INSUFFICIENT_DATA -> ALARM');
    expect(chat.split('\n')).toHaveLength(4);
  });

  test('keeps its state when its settings change, and forgets nothing of its history when it is deleted', async () => {
    await pass(2 * MINUTE);
    await room.alarms.put(PLACE, { ...SETTINGS, description: 'other' }, [['ignored', 'now']]);
    expect(alarm()).toMatchObject({ state: 'OK', description: 'other', tags: [] });
    await room.alarms.delete(PLACE, [SETTINGS.name]);
    expect(room.alarms.list(PLACE)).toEqual([]);
    const updates = history({ type: 'ConfigurationUpdate', alarm: SETTINGS.name });
    expect(updates.map(({ summary, data }) => [summary, JSON.parse(data).type])).toEqual([
      ['Alarm "CIS-RootUse" created', 'Create'],
      ['Alarm "CIS-RootUse" updated', 'Update'],
      ['Alarm "CIS-RootUse" deleted', 'Delete'],
    ]);
    time += 31 * DAY;
    await room.sweep();
    expect(history()).toEqual([]);
  });

  test('of several that are to be deleted is deleted only when all are there', async () => {
    await expect(room.alarms.delete(PLACE, [SETTINGS.name, 'nope'])).rejects.toMatchObject({
      code: 'ResourceNotFound',
    });
    expect(alarm()).toBeDefined();
  });

  test('whose actions are switched off changes its state and tells nobody', async () => {
    await room.alarms.enableActions(PLACE, [SETTINGS.name, 'nope'], false);
    await room.metrics.put([datum()]);
    await pass(2 * MINUTE);
    expect(alarm()).toMatchObject({ state: 'ALARM', actionsEnabled: false });
    expect(sent).toEqual([]);
  });

  test('set by hand tells of it, and is set right by the next evaluation', async () => {
    await pass(2 * MINUTE);
    await room.alarms.setState(PLACE, SETTINGS.name, { state: 'ALARM', reason: 'a test' });
    await room.evaluate();
    expect(alarm()).toMatchObject({ state: 'ALARM', reason: 'a test' });
    expect(JSON.parse(sent[0]!.message.json)).toMatchObject({
      NewStateValue: 'ALARM',
      NewStateReason: 'a test',
    });
    await pass(MINUTE + 10_000);
    expect(alarm().state).toBe('OK');
    const [, , last] = history({ type: 'StateUpdate' });
    expect(JSON.parse(last!.data)).toMatchObject({
      oldState: { stateValue: 'ALARM', stateReason: 'a test' },
    });
  });

  test('finds after a stop what came before it, in order', async () => {
    await pass(2 * MINUTE);
    await room.metrics.put([datum({ time: time + 5_000 })]);
    time += 3 * 3_600_000;
    await reopen();
    await room.evaluate();
    expect(history({ type: 'StateUpdate' }).map(({ summary }) => summary)).toEqual([
      'Alarm updated from INSUFFICIENT_DATA to OK',
      'Alarm updated from OK to ALARM',
      'Alarm updated from ALARM to OK',
    ]);
    expect(sent).toHaveLength(1);
  });

  test('looks at data that comes a little late', async () => {
    await pass(3 * MINUTE + 5_000);
    expect(alarm().state).toBe('OK');
    await room.metrics.put([datum({ time: START + 2 * MINUTE + 59_000 })]);
    await pass(MINUTE);
    expect(sent).toHaveLength(1);
  });
});

test('alarms are bounded for each account and Region, and a deleted one makes room', async () => {
  await room.close();
  room = open({ maxAlarms: 2 });
  const put = (name: string, region = PLACE.region) =>
    room.alarms.put({ ...PLACE, region }, { ...SETTINGS, name }, []);
  await put('a');
  await put('b');
  await put('b');
  await expect(put('c')).rejects.toMatchObject({ code: 'LimitExceeded' });
  await put('c', 'eu-west-1');
  await room.alarms.delete(PLACE, ['a', 'a']);
  await put('c');
  await expect(put('d')).rejects.toMatchObject({ code: 'LimitExceeded' });
});

describe('an action', () => {
  beforeEach(async () => {
    await room.alarms.put(PLACE, SETTINGS, []);
    await room.metrics.put([datum()]);
  });

  test('that fails is tried again, until it is carried out, once', async () => {
    failure = new Error('no connection');
    await pass(2 * MINUTE);
    expect(alarm().state).toBe('ALARM');
    expect(room.owedActions).toBe(1);
    failure = undefined;
    await pass(5 * MINUTE);
    expect(sent).toHaveLength(1);
    expect(room.owedActions).toBe(0);
    expect(history({ type: 'Action' }).map(({ summary }) => summary)).toEqual([
      `Successfully executed action ${TOPIC}`,
    ]);
  });

  test('that a crash kept back is carried out by the next process', async () => {
    failure = new Error('the process ends here');
    await pass(2 * MINUTE);
    failure = undefined;
    await reopen();
    time += MINUTE;
    await room.evaluate();
    expect(sent).toHaveLength(1);
    // A repeat is known by its id.
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    await reopen();
    await pass(MINUTE);
    expect(sent).toHaveLength(1);
  });

  test('that is refused for good is given up, counted and told in the history', async () => {
    failure = Object.assign(new Error('Topic does not exist'), { code: 'NotFound' });
    await pass(2 * MINUTE);
    expect(room.owedActions).toBe(0);
    expect([...room.actionCounters.failed]).toEqual([['refused', 1]]);
    const [item] = history({ type: 'Action' });
    expect(item!.summary).toBe(`Failed to execute action ${TOPIC}. Received error: "Topic does not exist"`);
    expect(JSON.parse(item!.data)).toMatchObject({ actionState: 'Failed', error: 'Topic does not exist' });
  });

  test('that never works is given up after twenty tries', async () => {
    failure = Object.assign(new Error('slow down'), { code: 'Throttled' });
    await room.alarms.enableActions(PLACE, [SETTINGS.name], true);
    await pass(30 * MINUTE);
    expect([...room.actionCounters.failed]).toEqual([['exhausted', 1]]);
    expect(room.actionCounters.retried).toBe(19);
  });
});

test('history comes in pages, from both ends', async () => {
  for (let index = 0; index < 5; index++) {
    await room.alarms.put(PLACE, { ...SETTINGS, name: `a${index % 2}`, description: `${index}` }, []);
    time += 1_000;
  }
  const walk = (newestFirst: boolean, alarmName?: string) => {
    const found: string[] = [];
    let after: { time: number; seq: number } | undefined;
    do {
      const page = room.history(PLACE, {
        from: 0,
        to: time,
        newestFirst,
        limit: 2,
        ...(alarmName !== undefined && { alarm: alarmName }),
        ...(after && { after }),
      });
      expect(page.items.length).toBeLessThanOrEqual(2);
      for (const { data } of page.items) {
        const { createdAlarm, updatedAlarm } = JSON.parse(data);
        found.push((createdAlarm ?? updatedAlarm).alarmDescription);
      }
      after = page.next;
    } while (after);
    return found.join('');
  };
  expect(walk(false)).toBe('01234');
  expect(walk(true)).toBe('43210');
  expect(walk(true, 'a0')).toBe('420');
  expect(walk(false, 'a1')).toBe('13');
});

test('an action that could not be struck off is not carried out again', async () => {
  await room.alarms.put(PLACE, SETTINGS, []);
  await room.alarms.setState(PLACE, SETTINGS.name, { state: 'ALARM', reason: 'test' });
  await expect.poll(() => sent.length, { timeout: 30_000 }).toBe(1);
  await expect.poll(() => room.owedActions, { timeout: 30_000 }).toBe(0);

  let isFull = false;
  fillDisk(folder, 'transaction', () => isFull);
  notified = () => {
    isFull = true;
  };
  await room.alarms.setState(PLACE, SETTINGS.name, { state: 'OK', reason: 'test' });
  const again = room.alarms.setState(PLACE, SETTINGS.name, { state: 'ALARM', reason: 'again' });
  await again.catch(() => undefined);
  await expect.poll(() => isFull, { timeout: 30_000 }).toBe(true);
  for (let tick = 0; tick < 3; tick++) await room.evaluate().catch(() => undefined);
  expect(sent).toHaveLength(2);
  isFull = false;
  await room.evaluate();
  expect(sent).toHaveLength(2);
  expect(room.owedActions).toBe(0);
});
