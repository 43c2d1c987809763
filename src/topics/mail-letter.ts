import { subscribeLink } from './envelope.ts';
import type { Letter, LetterParts } from './letter.ts';
import type { Message } from './topic.ts';

/** A notification for people, as a mail. */
export function notificationMail(
  parts: LetterParts & { readonly message: Message; readonly text: string },
): Letter {
  const { topic, subscription, message, text } = parts;
  const link = parts.linkTo('Unsubscribe', { SubscriptionArn: subscription.arn });
  const body = [
    text,
    '',
    '--',
    `You get this because your address is subscribed to ${topic.arn}.`,
    'To stop these notifications, visit:',
    link,
    '',
  ].join('\n');
  const letter = mailAround(body, parts, message.subject);
  return { ...letter, headers: { ...letter.headers, 'list-unsubscribe': `<${link}>` } };
}

/** Asks whether an address wants to be subscribed, or tells that it is not any more. */
export function questionMail(
  kind: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation',
  parts: LetterParts,
): Letter {
  const link = subscribeLink(parts);
  const lines =
    kind === 'SubscriptionConfirmation'
      ? [
          'You have chosen to subscribe to the topic:',
          parts.topic.arn,
          '',
          'To confirm the subscription, visit this link within three days:',
          link,
          '',
          'If you did not ask for this, do nothing: you will not be sent anything.',
          '',
        ]
      : [
          'Your subscription to this topic has ended:',
          parts.topic.arn,
          '',
          'If you did not mean that, visit this link within three days to subscribe again:',
          link,
          '',
        ];
  const subject =
    kind === 'SubscriptionConfirmation' ? 'Subscription confirmation' : 'Unsubscribe confirmation';
  return mailAround(lines.join('\n'), parts, `${subject} for ${parts.topic.name}`);
}

/** A mail with this text. Its Message-ID is made of what it carries: a repeat after a crash can be told as one. */
export function mailAround(
  body: string,
  { topic, subscription, messageId }: Pick<LetterParts, 'topic' | 'subscription' | 'messageId'>,
  subject = `Notification from ${topic.displayName || topic.name}`,
): Letter {
  return {
    headers: {
      subject,
      ...(topic.displayName && { 'from-name': topic.displayName }),
      'message-id': `<${messageId}.${subscription.arn.slice(-36)}@notifications.opentrail>`,
      'auto-submitted': 'auto-generated',
      'x-amz-sns-topic-arn': topic.arn,
    },
    body,
  };
}
