export { isAllowedAddress } from './allowed-address.ts';
export type { Post, PostOutcome } from './http-post.ts';
export type { OutboxCounters } from './outbox.ts';
export { EFFECTIVE_DELIVERY_POLICY } from './retry-schedule.ts';
export {
  defaultPolicy,
  type Message,
  type MessageAttribute,
  readTopicArn,
  type Subscription,
  type Topic,
  TopicError,
  type TopicErrorCode,
} from './topic.ts';
export { openTopics, type Topics } from './topics.ts';
export { createTrailTopic } from './trail-topic.ts';
