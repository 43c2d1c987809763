import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FilterPatternError } from '../filter-pattern/pattern-error.ts';
import type { LogGroup, MetricTransformation } from '../log-group.ts';
import { type Logs, openLogs } from '../logs.ts';
import { compileMetricFilter } from './compile-filter.ts';
import type { FilterPoint, FilterPoints } from './filter-point.ts';
import { Meter } from './meter.ts';

const PLACE = { account: '123456789012', region: 'us-east-1' };
const START = Date.UTC(2026, 10, 21, 5);

const transformation = (more: Partial<MetricTransformation> = {}): MetricTransformation => ({
  metricName: 'm',
  metricNamespace: 'N',
  metricValue: '1',
  ...more,
});

function groupWith(pattern: string, ...transformations: readonly MetricTransformation[]): LogGroup {
  const filter = { name: 'f', pattern, transformations, createdAt: START };
  return { ...PLACE, uid: 1, name: 'g', createdAt: START, tags: [], metricFilters: [filter] };
}

function measured(group: LogGroup, messages: readonly string[], meter = new Meter()): readonly FilterPoint[] {
  const events = messages.map((message, index) => ({ time: START + index, message }));
  return meter.measure(group, events)?.(() => true) ?? [];
}

const valuesOf = (points: readonly FilterPoint[]) => points.flatMap(({ values }) => values);

describe('a metric filter', () => {
  test('counts what matches, once for each event', () => {
    const group = groupWith('{ $.user = "root" }', transformation());
    expect(measured(group, ['{"user":"root"}', '{"user":"eve"}', '{"user":"root"}', 'root'])).toEqual([
      { ...PLACE, namespace: 'N', name: 'm', dimensions: [], time: START, values: [[1, 2]] },
    ]);
  });

  test.each([
    ['{ $.a = * }', '$.n', ['{"a":1,"n":7}', '{"a":1,"n":"8.5"}'], [7, 8.5]],
    ['{ $.a = * }', '$.b[1].n', ['{"a":1,"b":[0,{"n":3}]}'], [3]],
    ['{ $.a = * }', "$.['b c']", ['{"a":1,"b c":4}'], [4]],
    ['[ip, size]', '$size', ['10.0.0.1 42'], [42]],
    ['ERROR', '2.5', ['an ERROR'], [2.5]],
    ['', '1', ['anything'], [1]],
  ])('of %s takes %s as its value', (pattern, metricValue, messages, wanted) => {
    const group = groupWith(pattern, transformation({ metricValue }));
    expect(valuesOf(measured(group, messages)).map(([value]) => value)).toEqual(wanted);
  });

  test('whose field has no number makes no data, and that is counted', () => {
    const meter = new Meter();
    const group = groupWith('{ $.a = * }', transformation({ metricValue: '$.n' }));
    const messages = ['{"a":1}', '{"a":1,"n":"x"}', '{"a":1,"n":null}', '{"a":1,"n":{}}', '{"a":1,"n":true}'];
    expect(measured(group, messages, meter)).toEqual([]);
    expect(meter.counters.withoutValue).toBe(5);
  });

  test('makes one metric for each set of dimensions', () => {
    const dimensions = { Name: '$.eventName', Region: '$.awsRegion' };
    const group = groupWith('{ $.eventName = * }', transformation({ dimensions, unit: 'Count' }));
    const event = (eventName: string, awsRegion?: string) => JSON.stringify({ eventName, awsRegion });
    const points = measured(group, [event('A', 'r'), event('B', 'r'), event('A', 'r'), event('C')]);
    expect(points.map(({ dimensions: of, values, unit }) => [of, values, unit])).toEqual([
      [
        [
          ['Name', 'A'],
          ['Region', 'r'],
        ],
        [[1, 2]],
        'Count',
      ],
      [
        [
          ['Name', 'B'],
          ['Region', 'r'],
        ],
        [[1, 1]],
        'Count',
      ],
    ]);
  });

  test('gives its default for each minute with events and no match', () => {
    const group = groupWith('{ $.a = 1 }', transformation({ defaultValue: 0 }));
    const at = (second: number, a: number) => ({
      time: START + second * 1_000,
      message: JSON.stringify({ a }),
    });
    const events = [at(0, 2), at(30, 1), at(60, 2), at(61, 3), at(130, 1)];
    const points = new Meter().measure(group, events)?.(() => true);
    expect(points?.map(({ time, values, isDefault }) => [time - START, values, isDefault])).toEqual([
      [30_000, [[1, 1]], undefined],
      [130_000, [[1, 1]], undefined],
      [60_000, [[0, 1]], true],
    ]);
  });

  test('counts new events only', () => {
    const group = groupWith('', transformation({ defaultValue: 0 }));
    const events = [0, 1, 2, 3].map((index) => ({ time: START, message: `${index}` }));
    const metering = new Meter().measure(group, events)!;
    expect(valuesOf(metering((index) => index > 1))).toEqual([[1, 2]]);
    expect(metering(() => false)).toEqual([]);
  });

  test.each([
    ['{ $.a = * }', transformation({ metricValue: '$size' })],
    ['{ $.a = * }', transformation({ metricValue: '$.a.*' })],
    ['{ $.a = * }', transformation({ dimensions: { d: 'a' } })],
    ['words', transformation({ metricValue: '$.a' })],
  ])('of %s with a field that no event can have is refused', (pattern, one) => {
    expect(() => compileMetricFilter({ pattern, transformations: [one] })).toThrow(FilterPatternError);
  });
});

describe('the points of appends', () => {
  let folder: string;
  let logs: Logs;
  let taken: FilterPoints[];
  let isBroken: boolean;
  let failures: number;

  const open = () =>
    openLogs({
      path: folder,
      now: () => START,
      metrics: {
        async take(batch) {
          if (isBroken) throw new Error('the disk is full');
          taken.push(...batch);
        },
      },
      onError: () => {
        failures++;
      },
    });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'opentrail-filters-'));
    [taken, isBroken, failures] = [[], false, 0];
    logs = open();
    const { uid: _, ...group } = groupWith('x', transformation());
    await logs.groups.create(group);
    await logs.streams.create(logs.groups.get(PLACE, 'g'), 's', START);
  });
  afterEach(async () => {
    await logs.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const append = (messages: readonly string[], numbers?: readonly number[]) =>
    logs.append(
      PLACE,
      'g',
      's',
      messages.map((message) => ({ time: START, message })),
      numbers && { source: 'trail', numbers, next: numbers.at(-1)! + 1 },
    );
  const total = () =>
    taken.flatMap(({ points }) => valuesOf(points)).reduce((sum, [, count]) => sum + count, 0);
  async function wait(until: () => boolean): Promise<void> {
    const end = Date.now() + 10_000;
    while (!until() && Date.now() < end) await new Promise((done) => setImmediate(done));
    expect(until()).toBe(true);
  }

  test('come in the order of their numbers, and not those of appends without a match', async () => {
    await append(['x']);
    await append(['y']);
    await append(['x', 'x']);
    await wait(() => total() === 3);
    expect(taken.map(({ number }) => number)).toEqual([1, 2]);
  });

  test('count an event once that its source repeats', async () => {
    await append(['x', 'x'], [10, 11]);
    await append(['x', 'x', 'x'], [10, 11, 12]);
    await wait(() => total() === 3);
    expect(taken.flatMap(({ points }) => valuesOf(points))).toEqual([
      [1, 2],
      [1, 1],
    ]);
  });

  test('wait on disk while the metrics do not take them', async () => {
    isBroken = true;
    await append(['x']);
    await append(['x']);
    await wait(() => failures > 0);
    await logs.close();
    isBroken = false;
    logs = open();
    await wait(() => total() === 2);
    await logs.close();
    const before = taken.length;
    logs = open();
    await append(['x']);
    await wait(() => total() === 3);
    expect(taken.slice(before).map(({ number }) => number)).toEqual([3]);
  });
});
