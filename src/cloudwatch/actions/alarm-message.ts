import { type Alarm, type AlarmState, alarmArn } from '../alarms/alarm.ts';
import { Double, dateText, toJavaJson } from '../java-text.ts';
import { readPercentile } from '../metrics/statistics.ts';
import { chatText } from './chat-text.ts';
import { mailText } from './mail-text.ts';
import type { AlarmMessage } from './owed-action.ts';
import { regionName } from './region-names.ts';

/** Characters of a subject that SNS takes. */
const MOST_SUBJECT = 100;

/** What is published of a change of state; `alarm` is as it is after it. */
export function alarmMessage(alarm: Alarm, before: AlarmState): AlarmMessage {
  const subject = `${alarm.state}: "${alarm.name}" in ${regionName(alarm.region)}`;
  return {
    subject: subject.length <= MOST_SUBJECT ? subject : `${subject.slice(0, MOST_SUBJECT - 3)}...`,
    json: messageJson(alarm, before),
    mail: mailText(alarm, before),
    chat: chatText(alarm, before),
  };
}

/** Members in CloudWatch's order. */
function messageJson(alarm: Alarm, before: AlarmState): string {
  return toJavaJson({
    AlarmName: alarm.name,
    AlarmDescription: alarm.description ?? null,
    AWSAccountId: alarm.account,
    AlarmConfigurationUpdatedTimestamp: dateText(alarm.configuredAt),
    NewStateValue: alarm.state,
    NewStateReason: alarm.reason,
    StateChangeTime: dateText(alarm.stateUpdatedAt),
    Region: regionName(alarm.region),
    AlarmArn: alarmArn(alarm, alarm.name),
    OldStateValue: before,
    OKActions: alarm.okActions,
    AlarmActions: alarm.alarmActions,
    InsufficientDataActions: alarm.insufficientDataActions,
    Trigger: triggerOf(alarm),
  });
}

const UPPER: ReadonlyMap<string, string> = new Map([
  ['SampleCount', 'SAMPLE_COUNT'],
  ['Average', 'AVERAGE'],
  ['Sum', 'SUM'],
  ['Minimum', 'MINIMUM'],
  ['Maximum', 'MAXIMUM'],
]);

function triggerOf({ metric, rule, treatMissingData }: Alarm) {
  const isPercentile = readPercentile(rule.statistic) !== undefined;
  return {
    MetricName: metric.name,
    Namespace: metric.namespace,
    StatisticType: isPercentile ? 'ExtendedStatistic' : 'Statistic',
    ...(isPercentile
      ? { ExtendedStatistic: rule.statistic }
      : { Statistic: UPPER.get(rule.statistic) ?? rule.statistic }),
    Unit: rule.unit ?? null,
    Dimensions: metric.dimensions.map(({ name, value }) => ({ value, name })),
    Period: rule.period,
    EvaluationPeriods: rule.evaluationPeriods,
    ...(rule.datapointsToAlarm !== undefined && { DatapointsToAlarm: rule.datapointsToAlarm }),
    ComparisonOperator: rule.comparison,
    Threshold: new Double(rule.threshold),
    TreatMissingData: treatMissingData ?? 'missing',
    EvaluateLowSampleCountPercentile: rule.lowSampleCount ?? '',
  };
}
