import { chatLetter } from './chat-letter.ts';
import { effectivePolicy } from './delivery-policy.ts';
import {
  confirmationEnvelope,
  type EnvelopeSigner,
  notificationEnvelope,
  rawNotification,
} from './envelope.ts';
import { mailAround, notificationMail, questionMail } from './mail-letter.ts';
import type { Owed } from './owed.ts';
import type { Message, Subscription, Topic } from './topic.ts';
import { webhookLetter } from './webhook-letter.ts';

/** What is sent to an endpoint, in the form of its protocol. */
export type Letter = Pick<Owed, 'headers' | 'body' | 'attributes' | 'perSecond'>;

/** What every letter is made of. */
export interface LetterParts {
  readonly topic: Topic;
  readonly subscription: Subscription;
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signer: EnvelopeSigner;
  /** A link to us: `<publicUrl>/v1/sns?Action=…`. */
  readonly linkTo: (action: string, parameters: Readonly<Record<string, string>>) => string;
}

/** The text that a subscriber of a protocol gets. */
export function textFor(message: Message, { protocol }: Pick<Subscription, 'protocol'>): string {
  return message.byProtocol?.get(protocol) ?? message.message;
}

/** A published message for one subscriber. */
export function notification(parts: LetterParts & { readonly message: Message }): Letter {
  const { topic, subscription, message } = parts;
  const written = { ...parts, text: textFor(message, subscription) };
  switch (subscription.protocol) {
    case 'http':
    case 'https': {
      const { contentType, perSecond } = effectivePolicy(topic, subscription);
      const typed = { ...written, ...(contentType !== undefined && { contentType }) };
      const letter = subscription.rawMessageDelivery ? rawNotification(typed) : notificationEnvelope(typed);
      return { ...letter, ...(perSecond !== undefined && { perSecond }) };
    }
    case 'sqs':
      return subscription.rawMessageDelivery
        ? { headers: {}, body: written.text, attributes: [...(message.attributes ?? [])] }
        : { headers: {}, body: notificationEnvelope(written).body };
    case 'email':
      return notificationMail(written);
    case 'email-json':
      return mailAround(notificationEnvelope(written).body, written, message.subject);
    case 'slack':
      return chatLetter(written);
    case 'webhook':
      return webhookLetter(written);
  }
}

/** The question whether the endpoint wants to be subscribed. */
export function question(parts: LetterParts): Letter {
  return confirmation('SubscriptionConfirmation', parts);
}

/** What an endpoint is told when its subscription has ended; it may take it back. */
export function farewell(parts: LetterParts): Letter {
  return confirmation('UnsubscribeConfirmation', parts);
}

function confirmation(
  kind: 'SubscriptionConfirmation' | 'UnsubscribeConfirmation',
  parts: LetterParts,
): Letter {
  const { protocol } = parts.subscription;
  if (protocol === 'email') return questionMail(kind, parts);
  const envelope = confirmationEnvelope(kind, parts);
  if (protocol === 'email-json') return mailAround(envelope.body, parts);
  return protocol === 'sqs' ? { headers: {}, body: envelope.body } : envelope;
}
