import {
  isNoFilter,
  type Subscription,
  type SubscriptionSettings,
  subscriptionPolicyText,
  type Topic,
} from '../../topics/index.ts';
import { invalid, notBuilt } from './parameters.ts';

/** What somebody has who subscribes without attributes. */
export const DEFAULT_SETTINGS: SubscriptionSettings = { rawMessageDelivery: false };

/**
 * Settings with one set; an empty text takes it away. What a policy says is checked by the room, with all others.
 * https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
 * @throws ServiceError InvalidParameter
 */
export function withSetting<T extends SubscriptionSettings>(all: T, name: string, value: string): T {
  switch (name) {
    case 'RawMessageDelivery':
      if (!/^(?:true|false)$/i.test(value)) {
        throw invalid('RawMessageDelivery Reason: RawMessageDelivery must be true or false');
      }
      return { ...all, rawMessageDelivery: value.toLowerCase() === 'true' };
    case 'FilterPolicy':
      return withText(all, 'filterPolicy', isNoFilter(value) ? '' : value);
    case 'FilterPolicyScope':
      if (value !== 'MessageAttributes' && value !== 'MessageBody') {
        throw invalid(`FilterPolicyScope: Invalid value [${value.slice(0, 40)}].`);
      }
      return { ...all, filterPolicyScope: value };
    case 'DeliveryPolicy':
      return withText(all, 'deliveryPolicy', value);
    case 'RedrivePolicy':
      return withText(all, 'redrivePolicy', value);
    case 'SubscriptionRoleArn':
    case 'ReplayPolicy':
      if (value === '') return all;
      throw notBuilt(name);
    default:
      throw invalid('AttributeName');
  }
}

/** All attributes as GetSubscriptionAttributes answers them to an account. */
export function subscriptionAttributes(
  topic: Topic,
  subscription: Subscription,
  account: string,
): Record<string, string> {
  const { protocol, filterPolicy, filterPolicyScope, deliveryPolicy, redrivePolicy, principal } =
    subscription;
  const isHttp = protocol === 'http' || protocol === 'https';
  return {
    SubscriptionArn: subscription.arn,
    TopicArn: topic.arn,
    Owner: subscription.owner,
    Protocol: protocol,
    Endpoint: shownEndpoint(subscription, account),
    PendingConfirmation: String(subscription.confirmedAt === undefined),
    ConfirmationWasAuthenticated: String(subscription.authenticateOnUnsubscribe),
    RawMessageDelivery: String(subscription.rawMessageDelivery),
    ...(principal !== undefined && { SubscriptionPrincipal: principal }),
    // AWS shows the scope only beside a policy.
    ...(filterPolicy !== undefined && {
      FilterPolicy: filterPolicy,
      FilterPolicyScope: filterPolicyScope ?? 'MessageAttributes',
    }),
    ...(redrivePolicy !== undefined && { RedrivePolicy: redrivePolicy }),
    ...(deliveryPolicy !== undefined && { DeliveryPolicy: deliveryPolicy }),
    ...(isHttp && { EffectiveDeliveryPolicy: subscriptionPolicyText(topic, subscription) }),
  };
}

/**
 * The endpoint as an account may see it: a password in it is nobody's, and the path of a chat's webhook, which is one
 * too, only its owner's.
 */
export function shownEndpoint({ protocol, endpoint, owner }: Subscription, account: string): string {
  if (!URL.canParse(endpoint)) return endpoint;
  const url = new URL(endpoint);
  if (protocol === 'slack' || protocol === 'webhook') {
    return owner === account ? endpoint : `${url.origin}/****`;
  }
  if (!url.password) return endpoint;
  // Not by URL's own setters: all else must look as it was given.
  return endpoint.replace(/^([^/]*\/\/[^/@:]*):[^/]*@/, '$1:****@');
}

function withText<T extends SubscriptionSettings>(
  all: T,
  name: 'filterPolicy' | 'deliveryPolicy' | 'redrivePolicy',
  value: string,
): T {
  const { [name]: _, ...without } = all;
  return (value === '' ? without : { ...without, [name]: value }) as T;
}
