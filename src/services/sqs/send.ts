import type * as client from '@aws-sdk/client-sqs';
import { type CallContext, ServiceError } from '../../aws/index.ts';
import type { NewMessage, Queue } from '../../queues/index.ts';
import { invalidValue, missing, notBuilt } from './errors.ts';
import { attributeBytes, md5Of, md5OfAttributes, readAttributes } from './message-attributes.ts';

/** A message ready to be sent, with what the sender gets to see of it. */
export interface ReadMessage {
  readonly message: NewMessage;
  readonly bytes: number;
  readonly answer: {
    readonly MD5OfMessageBody: string;
    readonly MD5OfMessageAttributes?: string;
    readonly MD5OfMessageSystemAttributes?: string;
  };
}

type Sent = Pick<
  client.SendMessageRequest,
  | 'MessageBody'
  | 'DelaySeconds'
  | 'MessageAttributes'
  | 'MessageSystemAttributes'
  | 'MessageDeduplicationId'
  | 'MessageGroupId'
>;

/** What XML 1.0 allows (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html). */
const UNFIT = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Checks a message against the queue's settings. @throws ServiceError MissingParameter, InvalidParameterValue, InvalidMessageContents */
export function readMessage(sent: Sent, queue: Queue, call: CallContext): ReadMessage {
  const { MessageBody: body, DelaySeconds: delay } = sent;
  if (body === undefined || body === '') throw missing('MessageBody');
  if (sent.MessageDeduplicationId) {
    throw invalidValue(
      sent.MessageDeduplicationId,
      'MessageDeduplicationId',
      'The request includes a parameter that is not valid for this queue type.',
    );
  }
  // Of standard queues AWS takes it for fair queues; here every receiver is served in order.
  if (sent.MessageGroupId) throw notBuilt('MessageGroupId');
  const unfit = UNFIT.exec(body);
  if (unfit) {
    const code = unfit[0].codePointAt(0)!.toString(16);
    throw new ServiceError(
      'InvalidMessageContents',
      `Invalid binary character '#x${code}' was found in the message body, the set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF`,
    );
  }
  if (delay !== undefined && !(Number.isInteger(delay) && delay >= 0 && delay <= 900)) {
    throw invalidValue(delay, 'DelaySeconds', 'DelaySeconds must be >= 0 and <= 900.');
  }
  const attributes = readAttributes(sent.MessageAttributes);
  const system = readAttributes(sent.MessageSystemAttributes);
  const odd = [...system.keys()].find((name) => name !== 'AWSTraceHeader');
  if (odd !== undefined) {
    throw invalidValue(odd, 'MessageSystemAttributes', 'Only AWSTraceHeader can be sent.');
  }
  const bytes = Buffer.byteLength(body) + attributeBytes(attributes);
  if (bytes > queue.maximumMessageSize) {
    throw new ServiceError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${queue.maximumMessageSize} bytes.`,
    );
  }
  const trace = system.get('AWSTraceHeader')?.value;
  const ofAttributes = md5OfAttributes(attributes);
  const ofSystem = md5OfAttributes(system);
  return {
    message: {
      body,
      attributes,
      sender: call.caller.principalId,
      ...(delay !== undefined && { delay }),
      ...(trace !== undefined && { trace }),
    },
    bytes,
    answer: {
      MD5OfMessageBody: md5Of(body),
      ...(ofAttributes !== undefined && { MD5OfMessageAttributes: ofAttributes }),
      ...(ofSystem !== undefined && { MD5OfMessageSystemAttributes: ofSystem }),
    },
  };
}
