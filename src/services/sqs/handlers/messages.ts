import type * as client from '@aws-sdk/client-sqs';
import { type Handlers, ServiceError } from '../../../aws/index.ts';
import type { ReceiptOutcome, ReceivedMessage } from '../../../queues/index.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { invalidValue, missing } from '../errors.ts';
import { chooseAttributes, md5Of, md5OfAttributes, writeAttributes } from '../message-attributes.ts';
import { readQueueUrl } from '../queue-url.ts';
import { readMessage } from '../send.ts';

/** Seconds for which a message may be hidden: twelve hours. */
const LONGEST_HIDDEN = 43_200;

/** Messages, one at a time and as they are received. */
export function messageHandlers({ queues }: SqsDependencies): Handlers<typeof client> {
  return {
    async SendMessage(input, call) {
      const queue = queues.book.get(readQueueUrl(input.QueueUrl, call));
      const { message, answer } = readMessage(input, queue, call);
      const [MessageId] = await queues.send(queue, [message]);
      return { ...answer, MessageId };
    },

    async ReceiveMessage(input, call) {
      const address = readQueueUrl(input.QueueUrl, call);
      const limit =
        within(
          input.MaxNumberOfMessages,
          'MaxNumberOfMessages',
          1,
          10,
          'Must be between 1 and 10, if provided.',
        ) ?? 1;
      const wait = within(input.WaitTimeSeconds, 'WaitTimeSeconds', 0, 20);
      const visibility = within(input.VisibilityTimeout, 'VisibilityTimeout', 0, LONGEST_HIDDEN);
      const messages = await queues.receive(address, {
        limit,
        ...(wait !== undefined && { wait }),
        ...(visibility !== undefined && { visibility }),
        ...(call.onGone && { onGone: call.onGone }),
      });
      if (messages.length === 0) return {};
      return { Messages: messages.map((message) => received(message, input)) };
    },

    async DeleteMessage(input, call) {
      const handle = mustHave(input.ReceiptHandle, 'ReceiptHandle');
      const [outcome] = await queues.remove(readQueueUrl(input.QueueUrl, call), [handle]);
      if (outcome === 'invalid') throw receiptRefusal(outcome, handle);
      return {};
    },

    async ChangeMessageVisibility(input, call) {
      const handle = mustHave(input.ReceiptHandle, 'ReceiptHandle');
      const seconds = readVisibility(input.VisibilityTimeout);
      const [outcome] = await queues.hide(readQueueUrl(input.QueueUrl, call), [{ handle, seconds }]);
      if (outcome !== 'done') throw receiptRefusal(outcome!, handle);
      return {};
    },
  };
}

/** Seconds from 0 to twelve hours. @throws ServiceError MissingParameter, InvalidParameterValue */
export function readVisibility(seconds: number | undefined): number {
  if (seconds === undefined) throw missing('VisibilityTimeout');
  return within(seconds, 'VisibilityTimeout', 0, LONGEST_HIDDEN)!;
}

/** Why nothing was done with a received message. */
export function receiptRefusal(outcome: ReceiptOutcome, handle: string): ServiceError {
  switch (outcome) {
    case 'invalid':
      return new ServiceError(
        'ReceiptHandleIsInvalid',
        `The input receipt handle "${handle.slice(0, 100)}" is not a valid receipt handle.`,
      );
    case 'not in flight':
      return new ServiceError('MessageNotInflight', "The specified message isn't in flight.");
    default:
      return invalidValue(
        handle,
        'ReceiptHandle',
        'Message does not exist or is not available for visibility timeout change.',
      );
  }
}

/** @throws ServiceError MissingParameter */
export function mustHave(value: string | undefined, parameter: string): string {
  if (value === undefined || value === '') throw missing(parameter);
  return value;
}

function within(
  value: number | undefined,
  parameter: string,
  least: number,
  most: number,
  words = `Must be >= ${least} and <= ${most}, if provided.`,
): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
  throw invalidValue(value, parameter, words);
}

/** What a receiver asked to see of a message. */
function received(
  message: ReceivedMessage,
  input: Pick<
    client.ReceiveMessageRequest,
    'AttributeNames' | 'MessageSystemAttributeNames' | 'MessageAttributeNames'
  >,
): client.Message {
  const asked: readonly string[] = [
    ...(input.AttributeNames ?? []),
    ...(input.MessageSystemAttributeNames ?? []),
  ];
  const system = new Map<string, string | undefined>([
    ['SenderId', message.sender],
    ['SentTimestamp', String(message.sentAt)],
    ['ApproximateReceiveCount', String(message.receiveCount)],
    ['ApproximateFirstReceiveTimestamp', String(message.firstReceivedAt)],
    ['AWSTraceHeader', message.trace],
    ['DeadLetterQueueSourceArn', message.deadLetterSource],
  ]);
  const shown = [...system].filter(
    ([name, value]) => value !== undefined && (asked.includes('All') || asked.includes(name)),
  );
  const attributes = chooseAttributes(message.attributes, input.MessageAttributeNames ?? []);
  const md5 = md5OfAttributes(attributes);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5Of(message.body),
    Body: message.body,
    ...(shown.length > 0 && { Attributes: Object.fromEntries(shown) as client.Message['Attributes'] }),
    ...(md5 !== undefined && {
      MD5OfMessageAttributes: md5,
      MessageAttributes: writeAttributes(attributes),
    }),
  };
}
