import type { MetricPoint } from '../metrics/metric.ts';
import { merge, type StatisticSet } from '../metrics/statistic-set.ts';
import { readPercentile, statisticOf } from '../metrics/statistics.ts';
import type { AlarmRule } from './alarm.ts';

/** One period of an alarm's metric. */
export interface Datapoint {
  /** The period's beginning, ms since the epoch. */
  readonly time: number;
  readonly value: number;
  readonly count: number;
}

/**
 * How many periods an evaluation looks at: two more than it needs, so that data that comes late, or seldom, still
 * counts. AWS says that it looks at more, and shows 5 for 3.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function rangeOf({ evaluationPeriods }: Pick<AlarmRule, 'evaluationPeriods'>): number {
  return evaluationPeriods + 2;
}

/** Milliseconds between evaluations: periods below a minute are looked at every ten seconds. */
export function stepOf({ period }: Pick<AlarmRule, 'period'>): number {
  return period < 60 ? 10_000 : 60_000;
}

/**
 * The periods of the evaluation range that ends at `end`, oldest first; undefined where there is no data. `points` are
 * in order of time.
 */
export function datapointsAt(
  rule: AlarmRule,
  points: readonly MetricPoint[],
  end: number,
): readonly (Datapoint | undefined)[] {
  const length = rule.period * 1_000;
  const periods = rangeOf(rule);
  const found: (Datapoint | undefined)[] = [];
  let at = firstFrom(points, end - periods * length);
  for (let begin = end - periods * length; begin < end; begin += length) {
    let set: StatisticSet | undefined;
    for (; at < points.length && points[at]!.time < begin + length; at++) {
      const { set: more } = points[at]!;
      set = set ? merge(set, more) : more;
    }
    const value = set && statisticOf(set, rule.statistic);
    found.push(value === undefined || !set ? undefined : { time: begin, value, count: set.count });
  }
  return found;
}

/** Where the first point from `time` on stands. */
export function firstFrom(points: readonly MetricPoint[], time: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (points[middle]!.time < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Are there too few values for a percentile to mean something?
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
 */
export function isLowSample({ statistic }: AlarmRule, { count }: Datapoint): boolean {
  const percent = readPercentile(statistic);
  if (percent === undefined || percent === 0 || percent === 100) return false;
  // Ten divided by the smaller share, without dividing.
  return count * Math.min(percent, 100 - percent) < 1_000;
}
