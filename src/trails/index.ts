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
export { type TrailBucket, TrailBucketError, type TrailSource, type TrailTopic } from './trail-bucket.ts';
