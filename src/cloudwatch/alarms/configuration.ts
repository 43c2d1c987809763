import { Double, dateText, toJavaJson } from '../java-text.ts';
import { readPercentile } from '../metrics/statistics.ts';
import { type Alarm, alarmArn } from './alarm.ts';

/** An alarm in the words of its history's `HistoryData`. */
export function configurationOf(alarm: Alarm) {
  const { metric, rule } = alarm;
  const isPercentile = readPercentile(rule.statistic) !== undefined;
  return {
    threshold: new Double(rule.threshold),
    namespace: metric.namespace,
    stateValue: alarm.state,
    dimensions: metric.dimensions.map(({ name, value }) => ({ name, value })),
    okactions: alarm.okActions,
    alarmActions: alarm.alarmActions,
    evaluationPeriods: rule.evaluationPeriods,
    comparisonOperator: rule.comparison,
    metricName: metric.name,
    period: rule.period,
    alarmName: alarm.name,
    insufficientDataActions: alarm.insufficientDataActions,
    actionsEnabled: alarm.actionsEnabled,
    alarmDescription: alarm.description,
    ...(isPercentile ? { extendedStatistic: rule.statistic } : { statistic: rule.statistic }),
    datapointsToAlarm: rule.datapointsToAlarm,
    unit: rule.unit,
    treatMissingData: alarm.treatMissingData,
    evaluateLowSampleCountPercentile: rule.lowSampleCount,
    alarmArn: alarmArn(alarm, alarm.name),
    alarmConfigurationUpdatedTimestamp: dateText(alarm.configuredAt),
    stateUpdatedTimestamp: dateText(alarm.stateUpdatedAt),
  };
}

/** `HistoryData` of a ConfigurationUpdate. */
export function configurationUpdate(type: 'Create' | 'Update' | 'Delete', alarm: Alarm): string {
  const member = { Create: 'createdAlarm', Update: 'updatedAlarm', Delete: 'deletedAlarm' }[type];
  return toJavaJson({ version: '1.0', type, [member]: configurationOf(alarm) });
}

/** `HistoryData` of a StateUpdate: `stateReasonData` is the object, not its text. */
export function stateUpdate(before: Alarm, after: Alarm): string {
  const part = (alarm: Alarm) => {
    const head = toJavaJson({ stateValue: alarm.state, stateReason: alarm.reason }).slice(0, -1);
    return alarm.reasonData === undefined ? `${head}}` : `${head},"stateReasonData":${alarm.reasonData}}`;
  };
  return `{"version":"1.0","oldState":${part(before)},"newState":${part(after)}}`;
}
