import type { Authorizer } from '../identity/index.ts';
import { type MessageAttribute, queueArn, readQueueArn } from './queue.ts';
import { noSuchQueue, QueueError } from './queue-error.ts';
import type { Queues } from './queues.ts';

/** A message that a service of AWS's sends on somebody's behalf. */
export interface ServiceMessage {
  readonly body: string;
  readonly attributes?: ReadonlyMap<string, MessageAttribute>;
  /** The service principal: `sns.amazonaws.com`, `s3.amazonaws.com`, `events.amazonaws.com`. */
  readonly service: string;
  /** What it is sent for: the topic, the bucket, the rule. */
  readonly sourceArn: string;
  /** Twelve digits: who owns that. */
  readonly sourceAccount: string;
}

/** Queues as other services of this house see them. */
export interface ServiceSender {
  /**
   * Sends a message to the queue if the queue's policy lets the service in; on disk on return; answers its id.
   * @throws QueueError QueueDoesNotExist, AccessDenied: neither helps to try again as long as nobody changes something;
   *   InvalidParameterValue: the message is longer than the queue takes; ServiceUnavailable: worth another try
   */
  send(arn: string, message: ServiceMessage): Promise<string>;
  /** The same question without sending. @throws QueueError QueueDoesNotExist, AccessDenied */
  check(arn: string, source: Omit<ServiceMessage, 'body' | 'attributes'>): Promise<void>;
}

/** Only the queue's policy can let a service in: it has no policies of its own. */
export function createServiceSender(options: {
  readonly queues: Queues;
  readonly authorizer: Authorizer;
}): ServiceSender {
  const { queues, authorizer } = options;

  async function admit(arn: string, { service, sourceArn, sourceAccount }: Omit<ServiceMessage, 'body'>) {
    const address = readQueueArn(arn);
    const queue = address && queues.book.find(address);
    if (!queue) throw noSuchQueue();
    const decision = await authorizer.authorize({
      caller: { kind: 'service', account: sourceAccount, arn: service, principalId: service },
      action: 'sqs:SendMessage',
      resource: queueArn(queue),
      resourceAccount: queue.account,
      ...(queue.policy !== undefined && { resourcePolicy: queue.policy }),
      context: { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': sourceAccount },
    });
    if (!decision.allowed) throw new QueueError('AccessDenied', decision.message);
    return queue;
  }

  return {
    async send(arn, message) {
      const queue = await admit(arn, message);
      const { body, attributes, service } = message;
      if (Buffer.byteLength(body) > queue.maximumMessageSize) {
        throw new QueueError(
          'InvalidParameterValue',
          `One or more parameters are invalid. Reason: Message must be shorter than ${queue.maximumMessageSize} bytes.`,
        );
      }
      const sent = { body, ...(attributes && { attributes }), sender: service };
      const [id] = await queues.send(queue, [sent]);
      return id!;
    },

    async check(arn, source) {
      await admit(arn, source);
    },
  };
}
