export type { ActionCounters } from './actions/action-outbox.ts';
export { alarmMessage } from './actions/alarm-message.ts';
export type { AlarmMessage, AlarmNotice, AlarmNotifier } from './actions/owed-action.ts';
export {
  type Alarm,
  type AlarmRule,
  type AlarmSettings,
  type AlarmState,
  alarmArn,
  COMPARISONS,
  type Comparison,
  MISSING_DATA,
  type MissingData,
  readAlarmArn,
} from './alarms/alarm.ts';
export { type Alarms, MAX_ALARMS } from './alarms/alarms.ts';
export { evaluate, type Verdict } from './alarms/evaluate.ts';
export type { HistoryPosition } from './alarms/history.ts';
export type { HistoryItem } from './alarms/history-item.ts';
export { dataFrom, endBefore, replay, type Transition } from './alarms/replay.ts';
export { type CloudWatch, type CloudWatchOptions, openCloudWatch } from './cloudwatch.ts';
export { CloudWatchError, type CloudWatchErrorCode } from './cloudwatch-error.ts';
export { type InspectedCloudWatch, inspectCloudWatch } from './inspect.ts';
export {
  type Dimension,
  type MetricDatum,
  type MetricId,
  type MetricPoint,
  ordered,
  type SeriesKey,
} from './metrics/metric.ts';
export type { Metrics, NumberedData } from './metrics/metrics.ts';
export { merge, type StatisticSet, setOf, setOfValues } from './metrics/statistic-set.ts';
export { isStatistic, readPercentile, STATISTICS, statisticOf } from './metrics/statistics.ts';
export { TIERS, type TierStep, tierFor } from './metrics/tiers.ts';
export type { CloudWatchPlace } from './place.ts';
