export { isAllowedAddress } from './allowed-address.ts';
export { type MailSender, QueueRefusal, type QueueSender } from './couriers.ts';
export {
  readTopicDeliveryPolicy,
  subscriptionPolicyText,
  topicPolicyText,
} from './delivery-policy.ts';
export { isNoFilter } from './filter-policy.ts';
export { createPost, type Post } from './http-post.ts';
export { isListedEndpoint } from './listed-endpoint.ts';
export type { DeliveryOutcome } from './outcome.ts';
export { PROTOCOLS, type Protocol } from './protocol.ts';
export { createSmtpSender } from './smtp.ts';
export type { SubscriptionWish } from './subscribing.ts';
export {
  defaultPolicy,
  type Message,
  type MessageAttribute,
  readTopicArn,
  type Subscription,
  type SubscriptionSettings,
  type Topic,
  TopicError,
  type TopicErrorCode,
  topicArnOf,
} from './topic.ts';
export { openTopics, type TopicCounters, type Topics, type TopicsOptions } from './topics.ts';
export { createTrailTopic } from './trail-topic.ts';
