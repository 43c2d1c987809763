import type { CallContext } from '../../aws/index.ts';
import { type CloudWatch, type MetricId, merge, type StatisticSet, tierFor } from '../../cloudwatch/index.ts';

/** What happened in one period. */
export interface Period {
  /** Its beginning, ms since the epoch. */
  readonly time: number;
  readonly unit: string;
  readonly set: StatisticSet;
}

/** Milliseconds to which a start is rounded down: finer for newer data, as AWS does. */
function roundingOf(period: number, age: number): number {
  if (age > 63 * 86_400_000) return 3_600_000;
  if (age > 15 * 86_400_000) return 300_000;
  return period < 60 ? period * 1_000 : 60_000;
}

/** A start as it counts. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
export function roundedStart(start: number, period: number, now: number): number {
  return start - (start % roundingOf(period, now - start));
}

/** A metric's data in periods from `from` (inclusive) to `to` (exclusive), by unit, in order of time. */
export function readPeriods(
  { metrics }: Pick<CloudWatch, 'metrics'>,
  call: CallContext,
  metric: MetricId,
  range: { readonly from: number; readonly to: number; readonly period: number; readonly unit?: string },
  now: number,
): readonly Period[] {
  const { from, to, period, unit } = range;
  const length = period * 1_000;
  const points = metrics.read(call, metric, {
    step: tierFor(period, now - from),
    from,
    to,
    ...(unit !== undefined && { unit }),
  });
  const periods = new Map<string, Period>();
  for (const { time, unit: ofUnit, set } of points) {
    const begin = from + Math.floor((time - from) / length) * length;
    const key = `${begin} ${ofUnit}`;
    const known = periods.get(key);
    periods.set(key, { time: begin, unit: ofUnit, set: known ? merge(known.set, set) : set });
  }
  return [...periods.values()];
}
