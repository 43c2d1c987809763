export type { TrailKeys } from './checks/kms-key.ts';
export { logGroupTargetOf } from './checks/log-group.ts';
export type { TrailsDependencies } from './dependencies.ts';
export { isShadowIn, type UnknownTrailForm } from './locate.ts';
export { type AdvancedEventSelectorInput, validateAdvancedEventSelectors } from './selectors/advanced.ts';
export { type EventSelectorInput, validateEventSelectors } from './selectors/basic.ts';
export { compileRule, type MatchedEvent, type RuleMatcher } from './selectors/compile-rule.ts';
export { decideEarly } from './selectors/decide-early.ts';
export type { InsightSelectorInput } from './selectors/insight-selectors.ts';
export type { SelectorsInput } from './selectors/selectors.ts';
export type { Tag } from './tags.ts';
export type {
  AdvancedEventSelector,
  AdvancedFieldSelector,
  DeliveryStatus,
  EventSelector,
  LoggingSpan,
  Selectors,
  Trail,
  TrailRule,
} from './trail.ts';
export { formatTrailArn, looksLikeArn, parseTrailArn, type TrailArn, type TrailCall } from './trail-arn.ts';
export { type TrailBucket, TrailBucketError, type TrailSource, type TrailTopic } from './trail-bucket.ts';
export { TrailError, type TrailErrorCode } from './trail-error.ts';
export {
  type LogGroupTarget,
  type TrailLogGroup,
  TrailLogGroupError,
  type TrailLogGroupErrorCode,
} from './trail-log-group.ts';
export type { TrailSettings } from './trail-settings.ts';
export { openTrails, type Trails } from './trails.ts';
