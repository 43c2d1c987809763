import { CONTENT_TYPE } from './delivery-policy.ts';
import type { Letter, LetterParts } from './letter.ts';
import type { Message, Subscription, Topic } from './topic.ts';

/** Signs the text of a message; answers base64. */
export interface EnvelopeSigner {
  readonly certificateUrl: string;
  sign(text: string, version: '1' | '2'): string;
}

/**
 * A notification in SNS's JSON (https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html), as it is
 * posted, queued, and mailed by `email-json`.
 */
export function notificationEnvelope(
  parts: LetterParts & { readonly message: Message; readonly text: string; readonly contentType?: string },
): Letter {
  const { topic, subscription, message, text, messageId } = parts;
  const attributes = [...(message.attributes ?? [])].map(([name, { type, value }]) => [
    name,
    { Type: type, Value: value },
  ]);
  return {
    headers: headersOf('Notification', topic.arn, messageId, subscription.arn, parts.contentType),
    body: pretty({
      ...signed('Notification', parts, text, message.subject, []),
      UnsubscribeURL: parts.linkTo('Unsubscribe', { SubscriptionArn: subscription.arn }),
      ...(attributes.length > 0 && { MessageAttributes: Object.fromEntries(attributes) }),
    }),
  };
}

/** The bare message, for subscribers with raw delivery. */
export function rawNotification(parts: {
  readonly topic: Topic;
  readonly subscription: Subscription;
  readonly messageId: string;
  readonly text: string;
  readonly contentType?: string;
}): Letter {
  const { topic, subscription, messageId, text, contentType } = parts;
  const headers = headersOf('Notification', topic.arn, messageId, subscription.arn, contentType);
  return { headers: { ...headers, 'x-amz-sns-rawdelivery': 'true' }, body: text };
}

/**
 * What an endpoint is told when it may begin, or take back that it has ended, by visiting the link. The texts are those
 * that a subscriber in the field may look for.
 */
export function confirmationEnvelope(
  kind: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation',
  parts: LetterParts,
): Letter {
  const { topic, subscription, messageId } = parts;
  const text =
    kind === 'SubscriptionConfirmation'
      ? `You have chosen to subscribe to the topic ${topic.arn}.\n` +
        'To confirm the subscription, visit the SubscribeURL included in this message.'
      : `You have chosen to deactivate subscription ${subscription.arn}.\n` +
        'To cancel this operation and restore the subscription, visit the SubscribeURL included in this message.';
  const more = [
    ['SubscribeURL', subscribeLink(parts)],
    ['Token', subscription.token],
  ] as const;
  return {
    headers: headersOf(kind, topic.arn, messageId),
    body: pretty(signed(kind, parts, text, undefined, more)),
  };
}

/** The link with which an endpoint confirms. */
export function subscribeLink({ topic, subscription, linkTo }: LetterParts): string {
  return linkTo('ConfirmSubscription', { TopicArn: topic.arn, Token: subscription.token });
}

/** Members in SNS's order, with the signature over its list of names and values. */
function signed(
  type: string,
  { topic, messageId, now, signer }: LetterParts,
  message: string,
  subject: string | undefined,
  more: readonly (readonly [string, string])[],
): Record<string, string> {
  const members = {
    Type: type,
    MessageId: messageId,
    ...Object.fromEntries(more.filter(([name]) => name === 'Token')),
    TopicArn: topic.arn,
    ...(subject !== undefined && { Subject: subject }),
    Message: message,
    ...Object.fromEntries(more.filter(([name]) => name !== 'Token')),
    Timestamp: new Date(now).toISOString(),
  };
  const order = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const values = new Map<string, string>(Object.entries(members));
  const text = order.filter((name) => values.has(name)).map((name) => `${name}\n${values.get(name)}\n`);
  return {
    ...members,
    SignatureVersion: topic.signatureVersion,
    Signature: signer.sign(text.join(''), topic.signatureVersion),
    SigningCertURL: signer.certificateUrl,
  };
}

function headersOf(
  type: string,
  topicArn: string,
  messageId: string,
  subscriptionArn?: string,
  contentType = CONTENT_TYPE,
) {
  return {
    'content-type': contentType,
    'user-agent': 'Amazon Simple Notification Service Agent',
    'x-amz-sns-message-type': type,
    'x-amz-sns-message-id': messageId,
    'x-amz-sns-topic-arn': topicArn,
    ...(subscriptionArn && { 'x-amz-sns-subscription-arn': subscriptionArn }),
  };
}

function pretty(members: object): string {
  return JSON.stringify(members, null, 2);
}
