import type { Message, Subscription, Topic } from './topic.ts';

/** What is sent to an endpoint. */
export interface Envelope {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Signs the text of a message; answers base64. */
export interface EnvelopeSigner {
  readonly certificateUrl: string;
  sign(text: string, version: '1' | '2'): string;
}

/**
 * A notification as SNS posts it (https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html), or the
 * bare message where the subscription asks for raw delivery.
 */
export function notification(options: {
  readonly topic: Topic;
  readonly subscription: Subscription;
  readonly message: Message;
  readonly messageId: string;
  readonly now: number;
  readonly unsubscribeUrl: string;
  readonly signer: EnvelopeSigner;
}): Envelope {
  const { topic, subscription, message, messageId, signer } = options;
  const text = message.byProtocol?.get(subscription.protocol) ?? message.message;
  const headers = headersOf('Notification', topic.arn, messageId, subscription.arn);
  if (subscription.rawMessageDelivery)
    return { headers: { ...headers, 'x-amz-sns-rawdelivery': 'true' }, body: text };
  const attributes = [...(message.attributes ?? [])].map(([name, { type, value }]) => [
    name,
    { Type: type, Value: value },
  ]);
  return {
    headers,
    body: pretty({
      ...signed('Notification', topic, messageId, text, message.subject, options.now, [], signer),
      UnsubscribeURL: options.unsubscribeUrl,
      ...(attributes.length > 0 && { MessageAttributes: Object.fromEntries(attributes) }),
    }),
  };
}

/** The question that an endpoint must answer by visiting `subscribeUrl`. */
export function confirmationQuestion(options: {
  readonly topic: Topic;
  readonly subscription: Subscription;
  readonly messageId: string;
  readonly now: number;
  readonly subscribeUrl: string;
  readonly signer: EnvelopeSigner;
}): Envelope {
  const { topic, subscription, messageId, subscribeUrl, signer } = options;
  const text =
    `You have chosen to subscribe to the topic ${topic.arn}.\n` +
    'To confirm the subscription, visit the SubscribeURL included in this message.';
  const more = [
    ['SubscribeURL', subscribeUrl],
    ['Token', subscription.token],
  ] as const;
  return {
    headers: headersOf('SubscriptionConfirmation', topic.arn, messageId),
    body: pretty(
      signed('SubscriptionConfirmation', topic, messageId, text, undefined, options.now, more, signer),
    ),
  };
}

/** Members in SNS's order, with the signature over its list of names and values. */
function signed(
  type: string,
  topic: Topic,
  messageId: string,
  message: string,
  subject: string | undefined,
  now: number,
  more: readonly (readonly [string, string])[],
  signer: EnvelopeSigner,
): Record<string, string> {
  const members = {
    Type: type,
    MessageId: messageId,
    TopicArn: topic.arn,
    ...(subject !== undefined && { Subject: subject }),
    Message: message,
    Timestamp: new Date(now).toISOString(),
    ...Object.fromEntries(more),
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

function headersOf(type: string, topicArn: string, messageId: string, subscriptionArn?: string) {
  return {
    'content-type': 'text/plain; charset=UTF-8',
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
