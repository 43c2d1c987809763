import type * as client from '@aws-sdk/client-sqs';
import type { CallContext, OperationName, RecordShape } from '../../aws/index.ts';
import { queueArn } from '../../queues/index.ts';
import { readQueueUrl } from './queue-url.ts';

const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

type QueueInput = { readonly QueueUrl?: string | undefined };

/**
 * How calls are recorded: what concerns messages is a data event of the queue, and their texts and receipts stay out.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-logging-using-cloudtrail.html
 */
export const RECORDS: { readonly [Name in OperationName<typeof client> & string]?: RecordShape } = {
  SendMessage: ofMessages<client.SendMessageRequest>(
    ({ QueueUrl, DelaySeconds, MessageAttributes }) => ({
      queueUrl: QueueUrl,
      messageBody: HIDDEN,
      ...(DelaySeconds !== undefined && { delaySeconds: DelaySeconds }),
      ...(MessageAttributes !== undefined && { messageAttributes: HIDDEN }),
    }),
    ({ MessageId }: client.SendMessageResult) => ({ messageId: MessageId }),
  ),
  SendMessageBatch: ofMessages<client.SendMessageBatchRequest>(({ QueueUrl, Entries = [] }) => ({
    queueUrl: QueueUrl,
    entries: Entries.map(({ Id }) => ({ id: Id, messageBody: HIDDEN })),
  })),
  ReceiveMessage: ofMessages<client.ReceiveMessageRequest>(
    ({ QueueUrl, MaxNumberOfMessages, WaitTimeSeconds, VisibilityTimeout }) => ({
      queueUrl: QueueUrl,
      ...(MaxNumberOfMessages !== undefined && { maxNumberOfMessages: MaxNumberOfMessages }),
      ...(WaitTimeSeconds !== undefined && { waitTimeSeconds: WaitTimeSeconds }),
      ...(VisibilityTimeout !== undefined && { visibilityTimeout: VisibilityTimeout }),
    }),
  ),
  DeleteMessage: ofMessages<client.DeleteMessageRequest>(({ QueueUrl }) => ({
    queueUrl: QueueUrl,
    receiptHandle: HIDDEN,
  })),
  DeleteMessageBatch: ofMessages<client.DeleteMessageBatchRequest>(({ QueueUrl, Entries = [] }) => ({
    queueUrl: QueueUrl,
    entries: Entries.map(({ Id }) => ({ id: Id, receiptHandle: HIDDEN })),
  })),
  ChangeMessageVisibility: ofMessages<client.ChangeMessageVisibilityRequest>(
    ({ QueueUrl, VisibilityTimeout }) => ({
      queueUrl: QueueUrl,
      receiptHandle: HIDDEN,
      visibilityTimeout: VisibilityTimeout,
    }),
  ),
  ChangeMessageVisibilityBatch: ofMessages<client.ChangeMessageVisibilityBatchRequest>(
    ({ QueueUrl, Entries = [] }) => ({
      queueUrl: QueueUrl,
      entries: Entries.map(({ Id, VisibilityTimeout }) => ({
        id: Id,
        receiptHandle: HIDDEN,
        visibilityTimeout: VisibilityTimeout,
      })),
    }),
  ),
};

function ofMessages<Input extends QueueInput>(
  requestParameters: (input: Input) => unknown,
  responseElements: RecordShape['responseElements'] = () => null,
): RecordShape {
  return {
    category: 'Data',
    readOnly: false,
    requestParameters,
    responseElements,
    resources: ({ QueueUrl }: QueueInput, call: CallContext) => {
      try {
        const address = readQueueUrl(QueueUrl, call);
        return [{ ARN: queueArn(address), type: 'AWS::SQS::Queue', accountId: address.account }];
      } catch {
        // A URL that names no queue was refused: the record says so without a resource.
        return [];
      }
    },
  };
}
