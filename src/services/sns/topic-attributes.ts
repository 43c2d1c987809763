import { defaultPolicy, readTopicDeliveryPolicy, type Topic, topicPolicyText } from '../../topics/index.ts';
import { invalid, notBuilt } from './parameters.ts';

type Settable = Pick<
  Topic,
  'displayName' | 'policy' | 'signatureVersion' | 'tracingConfig' | 'deliveryPolicy'
>;

export const DEFAULT_ATTRIBUTES: Settable = {
  displayName: '',
  signatureVersion: '1',
  tracingConfig: 'PassThrough',
};

/** Attributes that AWS has and that have no effect here; their empty or off value changes nothing and is taken. */
const NOT_BUILT = new Map([
  ['KmsMasterKeyId', ['']],
  ['FifoTopic', ['', 'false']],
  ['ContentBasedDeduplication', ['', 'false']],
  ['FifoThroughputScope', ['']],
  ['ArchivePolicy', ['']],
  ['DataProtectionPolicy', ['']],
]);

/** Logs of deliveries, which AWS writes under a role. */
const FEEDBACK =
  /^(?:HTTP|SQS|Lambda|Firehose|Application)(?:(?:Success|Failure)FeedbackRoleArn|SuccessFeedbackSampleRate)$/;

/** AWS's limit of a topic's policy, in bytes. */
const MAX_POLICY = 30_720;

/** Attributes with one set. @throws ServiceError InvalidParameter */
export function withAttribute<T extends Settable>(topic: T, name: string, value: string): T {
  switch (name) {
    case 'DisplayName':
      if (value.length > 100) throw invalid('DisplayName must be at most 100 characters');
      return { ...topic, displayName: value };
    case 'Policy':
      checkPolicy(value);
      return { ...topic, policy: value };
    case 'DeliveryPolicy': {
      const { deliveryPolicy: _, ...without } = topic;
      if (value === '') return without as T;
      readTopicDeliveryPolicy(value);
      return { ...topic, deliveryPolicy: value };
    }
    case 'SignatureVersion':
      if (value !== '1' && value !== '2') throw invalid('SignatureVersion');
      return { ...topic, signatureVersion: value };
    case 'TracingConfig':
      if (value === 'Active') throw notBuilt('TracingConfig Active');
      if (value !== 'PassThrough') throw invalid('TracingConfig');
      return { ...topic, tracingConfig: value };
  }
  const off = NOT_BUILT.get(name);
  if (off?.includes(value)) return topic;
  // Terraform's provider sends a sample rate of 0 for each protocol with a new topic.
  if (FEEDBACK.test(name) && (value === '' || value === '0')) return topic;
  if (off || FEEDBACK.test(name)) throw notBuilt(name);
  throw invalid('AttributeName');
}

/** All attributes as GetTopicAttributes answers them. */
export function attributesOf(topic: Topic): Record<string, string> {
  const confirmed = topic.subscriptions.filter(({ confirmedAt }) => confirmedAt !== undefined).length;
  return {
    Policy: topic.policy ?? defaultPolicy(topic),
    Owner: topic.account,
    SubscriptionsPending: String(topic.subscriptions.length - confirmed),
    TopicArn: topic.arn,
    ...(topic.deliveryPolicy !== undefined && { DeliveryPolicy: topic.deliveryPolicy }),
    EffectiveDeliveryPolicy: topicPolicyText(topic),
    SubscriptionsConfirmed: String(confirmed),
    DisplayName: topic.displayName,
    SubscriptionsDeleted: '0',
    ...(topic.signatureVersion !== '1' && { SignatureVersion: topic.signatureVersion }),
  };
}

/** The form of a policy; what it means is for the authorizer. @throws ServiceError InvalidParameter */
function checkPolicy(text: string): void {
  if (Buffer.byteLength(text) > MAX_POLICY) throw invalid('Policy Reason: the policy is too long');
  let policy: { Statement?: unknown } | null;
  try {
    policy = JSON.parse(text) as typeof policy;
  } catch {
    throw invalid('Policy Reason: the policy is not JSON');
  }
  const statements = policy?.Statement;
  const list = Array.isArray(statements) ? statements : [statements];
  const isWhole = (one: unknown) => {
    const { Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource } = Object(one);
    const isSaid = (...choices: unknown[]) => choices.filter((choice) => choice !== undefined).length === 1;
    const isEffect = Effect === 'Allow' || Effect === 'Deny';
    return (
      isEffect &&
      isSaid(Principal, NotPrincipal) &&
      isSaid(Action, NotAction) &&
      isSaid(Resource, NotResource)
    );
  };
  if (list.length === 0 || !list.every(isWhole)) {
    throw invalid('Policy Reason: each statement needs Effect, Principal, Action and Resource');
  }
}
