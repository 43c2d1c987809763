import { Double, dateText, toJavaJson } from '../java-text.ts';
import { readPercentile } from '../metrics/statistics.ts';
import type { AlarmRule } from './alarm.ts';
import type { Datapoint } from './datapoints.ts';

/** The data behind a verdict, as AWS writes it: what was asked, of when, and what came. */
export function reasonDataOf(
  rule: AlarmRule,
  looked: readonly Datapoint[],
  end: number,
  range: readonly (Datapoint | undefined)[],
): string {
  const start = looked[0]?.time;
  const isPercentile = readPercentile(rule.statistic) !== undefined;
  return toJavaJson({
    version: '1.0',
    queryDate: dateText(end),
    ...(start !== undefined && { startDate: dateText(start) }),
    ...(isPercentile ? { extendedStatistic: rule.statistic } : { statistic: rule.statistic }),
    period: rule.period,
    recentDatapoints: looked.map(({ value }) => new Double(value)),
    threshold: new Double(rule.threshold),
    evaluatedDatapoints: evaluatedOf(rule, end, range),
  });
}

/** Each period that was wanted, newest first, with what came in it. */
function evaluatedOf(rule: AlarmRule, end: number, range: readonly (Datapoint | undefined)[]) {
  const length = rule.period * 1_000;
  return range
    .map((one, index) => ({ one, time: end - (range.length - index) * length }))
    .slice(-rule.evaluationPeriods)
    .toReversed()
    .map(({ one, time }) => ({
      timestamp: dateText(time),
      ...(one && { sampleCount: new Double(one.count), value: new Double(one.value) }),
    }));
}
