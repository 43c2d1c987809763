import type * as sns from '@aws-sdk/client-sns';
import { type CallContext, type Handlers, ServiceError } from '../../aws/index.ts';
import { PROTOCOLS, type Subscription, type Topic, type Topics } from '../../topics/index.ts';
import { invalid, mustBeSubscriptionArn, mustBeTopicArn, notBuilt, pageOf } from './parameters.ts';
import {
  DEFAULT_SETTINGS,
  shownEndpoint,
  subscriptionAttributes,
  withSetting,
} from './subscription-attributes.ts';

/** Protocols of AWS that we do not deliver to. */
const OTHER_PROTOCOLS = ['sms', 'application', 'lambda', 'firehose'];

/** Subscriptions, their confirmation and their attributes. */
export function subscriptionOperations(topics: Topics): Handlers<typeof sns> {
  async function mustFind(arn: string | undefined) {
    const found = await topics.findSubscription(mustBeSubscriptionArn(arn));
    if (!found) throw new ServiceError('NotFound', 'Subscription does not exist', { status: 404 });
    return found;
  }

  return {
    async Subscribe(input, call) {
      const topicArn = mustBeTopicArn(input.TopicArn, call.region);
      const { Protocol: protocol = '', Endpoint: endpoint = '' } = input;
      if (OTHER_PROTOCOLS.includes(protocol)) throw notBuilt(`Protocol ${protocol}`);
      const known = PROTOCOLS.find((one) => one === protocol);
      if (!known) throw invalid(`Amazon SNS does not support this protocol string: ${protocol.slice(0, 40)}`);
      const given = Object.entries(input.Attributes ?? {});
      const settings = given.reduce(
        (all, [name, value]) => withSetting(all, name, value ?? ''),
        DEFAULT_SETTINGS,
      );
      const subscription = await topics.subscribe(topicArn, {
        protocol: known,
        endpoint,
        owner: call.account,
        principal: call.caller.arn,
        ...settings,
        namesSettings: given.length > 0,
      });
      const mayTell = subscription.confirmedAt !== undefined || input.ReturnSubscriptionArn === true;
      return { SubscriptionArn: mayTell ? subscription.arn : 'pending confirmation' };
    },

    async ConfirmSubscription(input, call) {
      const topicArn = mustBeTopicArn(input.TopicArn, call.region);
      const authenticate = input.AuthenticateOnUnsubscribe?.toLowerCase() === 'true';
      const { arn } = await topics.confirm(topicArn, input.Token ?? '', authenticate);
      return { SubscriptionArn: arn };
    },

    async Unsubscribe(input, call) {
      const arn = mustBeSubscriptionArn(input.SubscriptionArn);
      const found = await topics.findSubscription(arn);
      if (found) mustOwn(found, call);
      await topics.unsubscribe(arn);
      return {};
    },

    async ListSubscriptions(input: sns.ListSubscriptionsInput, call: CallContext) {
      const all = (await topics.listSubscriptions(call.account, call.region)).sort(byArn);
      // The client's type of a call without required members says nothing of its answer.
      return listed(all, input.NextToken, call.account) as never;
    },

    async ListSubscriptionsByTopic(input, call) {
      const topic = await topics.get(mustBeTopicArn(input.TopicArn, call.region));
      const all = topic.subscriptions.map((subscription) => ({ topic, subscription })).sort(byArn);
      return listed(all, input.NextToken, call.account);
    },

    async GetSubscriptionAttributes(input, call) {
      const { topic, subscription } = await mustFind(input.SubscriptionArn);
      mustOwn({ topic, subscription }, call);
      return {
        Attributes: subscriptionAttributes(topic, subscription, call.account),
      };
    },

    async SetSubscriptionAttributes(input, call) {
      const found = await mustFind(input.SubscriptionArn);
      mustOwn(found, call);
      const { AttributeName: name = '', AttributeValue: value = '' } = input;
      await topics.updateSubscription(found.subscription.arn, (one) => withSetting(one, name, value));
      return {};
    },
  };
}

interface Found {
  readonly topic: Topic;
  readonly subscription: Subscription;
}

function mustOwn({ topic, subscription }: Found, call: CallContext): void {
  if (subscription.owner === call.account || topic.account === call.account) return;
  const message = `User: ${call.caller.arn} is not authorized to perform: SNS:${call.operation} on resource: ${topic.arn}`;
  throw new ServiceError('AuthorizationError', message, { status: 403 });
}

function byArn(one: Found, other: Found): number {
  return one.subscription.arn < other.subscription.arn ? -1 : 1;
}

function listed(all: readonly Found[], token: string | undefined, account: string) {
  const { page, next } = pageOf(all, ({ subscription }) => subscription.arn, token);
  return {
    Subscriptions: page.map(({ topic, subscription }) => ({
      SubscriptionArn: subscription.confirmedAt === undefined ? 'PendingConfirmation' : subscription.arn,
      Owner: subscription.owner,
      Protocol: subscription.protocol,
      Endpoint: shownEndpoint(subscription, account),
      TopicArn: topic.arn,
    })),
    ...(next && { NextToken: next }),
  };
}
