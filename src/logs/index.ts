export {
  compileFilterPattern,
  type FilterPattern,
  MAX_PATTERN_LENGTH,
} from './filter-pattern/filter-pattern.ts';
export { LogMessage } from './filter-pattern/log-message.ts';
export { FilterPatternError } from './filter-pattern/pattern-error.ts';
export { type InspectedLogs, inspectLogs } from './inspect.ts';
export {
  type LogEvent,
  type LogGroup,
  type LogPosition,
  type LogStream,
  type LogsPlace,
  logGroupArn,
  type MetricFilter,
  type MetricTransformation,
  readLogGroupArn,
  type SubscriptionFilter,
} from './log-group.ts';
export { type Logs, type LogsOptions, openLogs } from './logs.ts';
export { LogsError, type LogsErrorCode } from './logs-error.ts';
export { compileMetricFilter } from './metric-filters/compile-filter.ts';
export type { FilterPoint, FilterPoints, MetricSink } from './metric-filters/filter-point.ts';
export { EVENT_OVERHEAD } from './store/event-codec.ts';
export { controlMessage, eventIdOf } from './subscriptions/payload.ts';
export {
  type SubscriptionCounters,
  type SubscriptionDestinations,
  SubscriptionRefusal,
} from './subscriptions/subscription.ts';
export { createTrailLogGroup } from './trail-log-group.ts';
