import type { MetricPoint } from '../metrics/metric.ts';
import type { AlarmRule, AlarmState } from './alarm.ts';
import { isBreaching } from './comparison.ts';
import { type Datapoint, datapointsAt, isLowSample } from './datapoints.ts';
import { insufficientReason, thresholdReason } from './reason.ts';
import { reasonDataOf } from './reason-data.ts';

/** What an evaluation says. */
export interface Verdict {
  readonly state: AlarmState;
  readonly reason: string;
  /** JSON text, as DescribeAlarms shows it. */
  readonly reasonData: string;
}

/**
 * Evaluates a rule over the periods that end at `end`; undefined when nothing can be said and the state stays. Pure:
 * the same data gives the same verdict, now and in a rehearsal.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function evaluate(
  rule: AlarmRule,
  points: readonly MetricPoint[],
  end: number,
  state: AlarmState,
): Verdict | undefined {
  const range = datapointsAt(rule, points, end);
  const real = range.filter((one) => one !== undefined);
  if (rule.lowSampleCount === 'ignore' && real.some((one) => isLowSample(rule, one))) return undefined;

  const { evaluationPeriods: wanted, missingData } = rule;
  const needed = rule.datapointsToAlarm ?? wanted;
  // Enough real data, however far back in the range: what is missing does not count.
  const looked = real.slice(-wanted);
  const missing = wanted - looked.length;
  const breaches = (one: Datapoint) => isBreaching(one.value, rule.comparison, rule.threshold);
  const breaching = looked.filter(breaches).length;
  const spoken = (next: AlarmState, filled = missing): Verdict => ({
    state: next,
    reason: thresholdReason(rule, looked, filled, next, state),
    reasonData: reasonDataOf(rule, looked, end, range),
  });

  if (breaching >= needed)
    return spoken('ALARM', missingData === 'missing' || missingData === 'ignore' ? 0 : missing);
  if (missing === 0) return spoken('OK');
  switch (missingData) {
    case 'breaching':
      return spoken(breaching + missing >= needed ? 'ALARM' : 'OK');
    case 'notBreaching':
      return spoken('OK');
    case 'ignore':
      return looked.length > breaching ? spoken('OK', 0) : undefined;
    case 'missing':
      if (looked.length > breaching) return spoken('OK', 0);
      // Nothing but breaching data: ALARM once the oldest is as old as the alarm wants data points.
      if (breaching > 0 && range.length - range.findIndex((one) => one !== undefined) >= needed)
        return spoken('ALARM', 0);
      return {
        state: 'INSUFFICIENT_DATA',
        reason: insufficientReason(missing),
        reasonData: reasonDataOf(rule, looked, end, range),
      };
    default:
      return missingData satisfies never;
  }
}
