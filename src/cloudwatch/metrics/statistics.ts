import type { StatisticSet } from './statistic-set.ts';

/** CloudWatch's plain statistics. */
export const STATISTICS = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const;

/** A plain statistic's name. */
export type PlainStatistic = (typeof STATISTICS)[number];

/**
 * A percentile, `p0` to `p100` with at most ten decimals.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 */
export function readPercentile(text: string): number | undefined {
  const found = /^p(100|\d{1,2}(?:\.\d{1,10})?)$/.exec(text);
  return found ? Number(found[1]) : undefined;
}

/** Is it a plain statistic or a percentile? */
export function isStatistic(name: string): boolean {
  return (STATISTICS as readonly string[]).includes(name) || readPercentile(name) !== undefined;
}

/**
 * A statistic of a set. Undefined for percentiles of sets whose values are not known, unless all of them are the same.
 */
export function statisticOf(set: StatisticSet, name: string): number | undefined {
  switch (name) {
    case 'SampleCount':
      return set.count;
    case 'Average':
      return set.count === 0 ? undefined : set.sum / set.count;
    case 'Sum':
      return set.sum;
    case 'Minimum':
      return set.min;
    case 'Maximum':
      return set.max;
    default: {
      const percent = readPercentile(name);
      return percent === undefined ? undefined : percentileOf(set, percent);
    }
  }
}

/** Between the two nearest ranks, linearly. */
function percentileOf({ count, min, max, values }: StatisticSet, percent: number): number | undefined {
  if (min === max || count === 1) return min;
  if (!values) return undefined;
  const rank = (percent / 100) * (count - 1);
  const low = valueAt(values, Math.floor(rank));
  const high = valueAt(values, Math.ceil(rank));
  const between = low + (high - low) * (rank - Math.floor(rank));
  // Values brought together may lie a little outside of what really came.
  return Math.min(Math.max(between, min), max);
}

function valueAt(values: NonNullable<StatisticSet['values']>, rank: number): number {
  let seen = 0;
  for (const [value, times] of values) {
    seen += times;
    if (rank < seen) return value;
  }
  return values.at(-1)?.[0] ?? 0;
}
