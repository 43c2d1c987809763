import { describe, expect, test } from 'vitest';
import { merge, setOf, setOfValues } from './statistic-set.ts';
import { isStatistic, statisticOf } from './statistics.ts';

describe('a statistic set', () => {
  const set = [5, 1, 3].map((value) => setOf(value)).reduce(merge);

  test.each([
    ['SampleCount', 3],
    ['Average', 3],
    ['Sum', 9],
    ['Minimum', 1],
    ['Maximum', 5],
    ['p0', 1],
    ['p50', 3],
    ['p75', 4],
    ['p100', 5],
  ])('has %s', (name, wanted) => {
    expect(statisticOf(set, name)).toBe(wanted);
  });

  test('without its values has no percentile, unless they are all the same', () => {
    expect(statisticOf({ count: 3, sum: 9, min: 1, max: 5 }, 'p50')).toBeUndefined();
    expect(statisticOf({ count: 3, sum: 9, min: 3, max: 3 }, 'p50')).toBe(3);
    expect(statisticOf(merge(set, { count: 1, sum: 1, min: 1, max: 1 }), 'p50')).toBeUndefined();
  });

  test('of very many values stays small and near the truth', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => [index - 3_000, 1] as const);
    const large = setOfValues(values);
    expect(large.values!.length).toBeLessThanOrEqual(128);
    expect(large).toMatchObject({ count: 10_000, min: -3_000, max: 6_999 });
    expect(Math.abs(statisticOf(large, 'p90')! - 5_999)).toBeLessThan(720);
    expect(statisticOf(large, 'p100')).toBe(6_999);
  });

  test('counts what came more than once', () => {
    expect(
      setOfValues([
        [2, 3],
        [1, 1],
        [2, 1],
      ]),
    ).toEqual({
      count: 5,
      sum: 9,
      min: 1,
      max: 2,
      values: [
        [1, 1],
        [2, 4],
      ],
    });
  });
});

test.each([
  ['Sum', true],
  ['p99', true],
  ['p99.9', true],
  ['p100', true],
  ['p101', false],
  ['p', false],
  ['tm99', false],
  ['sum', false],
])('%s is a statistic: %s', (name, wanted) => {
  expect(isStatistic(name)).toBe(wanted);
});
