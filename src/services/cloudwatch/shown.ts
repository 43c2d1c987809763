import type * as client from '@aws-sdk/client-cloudwatch';
import { type Alarm, alarmArn, readPercentile } from '../../cloudwatch/index.ts';

/** An alarm as DescribeAlarms shows it. */
export function shownAlarm(alarm: Alarm): client.MetricAlarm {
  const { metric, rule } = alarm;
  const isPercentile = readPercentile(rule.statistic) !== undefined;
  return {
    AlarmName: alarm.name,
    AlarmArn: alarmArn(alarm, alarm.name),
    ...(alarm.description !== undefined && { AlarmDescription: alarm.description }),
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: [...alarm.okActions],
    AlarmActions: [...alarm.alarmActions],
    InsufficientDataActions: [...alarm.insufficientDataActions],
    StateValue: alarm.state,
    StateReason: alarm.reason,
    ...(alarm.reasonData !== undefined && { StateReasonData: alarm.reasonData }),
    StateUpdatedTimestamp: new Date(alarm.stateUpdatedAt),
    MetricName: metric.name,
    Namespace: metric.namespace,
    ...(isPercentile
      ? { ExtendedStatistic: rule.statistic }
      : { Statistic: rule.statistic as client.Statistic }),
    Dimensions: metric.dimensions.map(({ name, value }) => ({ Name: name, Value: value })),
    Period: rule.period,
    ...(rule.unit !== undefined && { Unit: rule.unit as client.StandardUnit }),
    EvaluationPeriods: rule.evaluationPeriods,
    ...(rule.datapointsToAlarm !== undefined && { DatapointsToAlarm: rule.datapointsToAlarm }),
    Threshold: rule.threshold,
    ComparisonOperator: rule.comparison,
    ...(alarm.treatMissingData !== undefined && { TreatMissingData: alarm.treatMissingData }),
    ...(rule.lowSampleCount !== undefined && { EvaluateLowSampleCountPercentile: rule.lowSampleCount }),
    StateTransitionedTimestamp: new Date(alarm.transitionedAt),
  };
}
