import { readDeliveryPolicy } from './delivery-policy.ts';
import { compileFilter, isNoFilter } from './filter-policy.ts';
import { hasRawDelivery, type Protocol } from './protocol.ts';
import { readRedrivePolicy } from './redrive-policy.ts';
import { type SubscriptionSettings, type Topic, TopicError } from './topic.ts';

/** AWS's quota of filter policies on a topic, and what a topic may be in all, since it lies in one entry of `state`. */
const MAX_FILTERS = 200;
const MAX_TOPIC_CHARACTERS = 4_000_000;

/** Refuses settings that the protocol has not, or that cannot be read. @throws TopicError InvalidParameter */
export function checkSettings(protocol: Protocol, settings: SubscriptionSettings): void {
  if (settings.rawMessageDelivery && !hasRawDelivery(protocol)) {
    throw invalid(`Delivery protocol [${protocol}] does not support raw message delivery.`);
  }
  compileFilter(settings);
  if (settings.redrivePolicy !== undefined) readRedrivePolicy(settings.redrivePolicy);
  if (settings.deliveryPolicy !== undefined) {
    if (protocol !== 'http' && protocol !== 'https') {
      throw invalid(`DeliveryPolicy: Delivery protocol [${protocol}] does not support delivery policies.`);
    }
    readDeliveryPolicy(settings.deliveryPolicy);
  }
}

/** Refuses a topic that has grown too large by its subscriptions. @throws TopicError FilterPolicyLimitExceeded */
export function checkSize(topic: Topic): Topic {
  const filters = topic.subscriptions.filter(({ filterPolicy }) => !isNoFilter(filterPolicy)).length;
  if (filters > MAX_FILTERS || JSON.stringify(topic).length > MAX_TOPIC_CHARACTERS) {
    throw new TopicError(
      'FilterPolicyLimitExceeded',
      'Could not complete request: filter policy limit exceeded',
    );
  }
  return topic;
}

/** Are these the same settings? */
export function areSameSettings(one: SubscriptionSettings, other: SubscriptionSettings): boolean {
  const text = (settings: SubscriptionSettings) =>
    JSON.stringify([
      settings.rawMessageDelivery,
      isNoFilter(settings.filterPolicy)
        ? null
        : [settings.filterPolicy, settings.filterPolicyScope ?? 'MessageAttributes'],
      settings.deliveryPolicy,
      settings.redrivePolicy,
    ]);
  return text(one) === text(other);
}

function invalid(what: string): TopicError {
  return new TopicError('InvalidParameter', `Invalid parameter: ${what}`);
}
