import { createHmac } from 'node:crypto';
import type { Post } from './http-post.ts';
import type { DeliveryOutcome } from './outcome.ts';
import type { Owed } from './owed.ts';
import type { MessageAttribute } from './topic.ts';

/** Queues as topics see them. */
export interface QueueSender {
  /**
   * Puts a message into a queue; on disk on return. `sourceArn` is the topic's.
   * @throws QueueRefusal when it will not help to try again; any other error is tried again later
   */
  send(
    queueArn: string,
    message: {
      readonly body: string;
      readonly attributes: ReadonlyMap<string, MessageAttribute>;
      readonly sourceArn: string;
    },
  ): Promise<void>;
}

/** The queue is gone, or its policy does not let the topic in, or the message is too large for it. */
export class QueueRefusal extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'QueueRefusal';
  }
}

/** A mail server as topics see it. */
export interface MailSender {
  /** Sends one mail; never throws. */
  send(mail: {
    readonly to: string;
    /** Shown beside the sender's address. */
    readonly fromName?: string;
    readonly subject: string;
    readonly text: string;
    readonly headers: Readonly<Record<string, string>>;
  }): Promise<DeliveryOutcome>;
  close(): void;
}

/** Ways out of the house; what is absent refuses. */
export interface Couriers {
  /** To http and https subscribers, whoever named them. */
  readonly post: Post;
  /** To addresses that the operator lists. */
  readonly postListed: Post;
  readonly mail?: MailSender;
  readonly queues?: QueueSender;
  /** Signs what goes to `webhook` subscribers. */
  readonly webhookSecret?: string;
}

/** SNS drops a raw message with more attributes than a queue's message can have. */
const MAX_QUEUE_ATTRIBUTES = 10;

/** Tries to deliver a message once, by its protocol or to its dead-letter queue; never throws. */
export function createDeliver(couriers: Couriers): (owed: Owed) => Promise<DeliveryOutcome> {
  const { post, postListed, mail, queues, webhookSecret } = couriers;
  return async (owed) => {
    if (owed.deadLetterQueue !== undefined) return sendToQueue(queues, owed.deadLetterQueue, owed);
    switch (owed.protocol) {
      case 'sqs':
        return sendToQueue(queues, owed.endpoint, owed);
      case 'email':
      case 'email-json': {
        if (!mail) return { kind: 'failed', reason: 'there is no mail server: set --smtp-url' };
        const { subject = '', 'from-name': fromName, ...headers } = owed.headers;
        return mail.send({
          to: owed.endpoint,
          subject,
          text: owed.body,
          headers,
          ...(fromName && { fromName }),
        });
      }
      case 'slack':
        return postListed(owed.endpoint, owed.headers, owed.body);
      case 'webhook':
        return postListed(
          owed.endpoint,
          { ...owed.headers, ...signatureOf(owed.body, webhookSecret) },
          owed.body,
        );
      default:
        return post(owed.endpoint, owed.headers, owed.body);
    }
  };
}

async function sendToQueue(
  queues: QueueSender | undefined,
  arn: string,
  owed: Owed,
): Promise<DeliveryOutcome> {
  if (!queues) return { kind: 'refused', reason: 'there are no queues here' };
  const attributes = new Map(owed.attributes);
  if (attributes.size > MAX_QUEUE_ATTRIBUTES) {
    return { kind: 'refused', reason: `more than ${MAX_QUEUE_ATTRIBUTES} message attributes` };
  }
  try {
    await queues.send(arn, { body: owed.body, attributes, sourceArn: owed.topicArn });
    return { kind: 'delivered' };
  } catch (error) {
    const kind = error instanceof QueueRefusal ? 'refused' : 'failed';
    return { kind, reason: (error as Error).message };
  }
}

/** Computed at each try, so that the secret lies in no outbox. */
function signatureOf(body: string, secret: string | undefined): Readonly<Record<string, string>> {
  if (secret === undefined) return {};
  return { 'x-opentrail-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
}
