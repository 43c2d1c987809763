import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { NoticeQueue, QueuedMessage } from './notice-queue.ts';

/** The longest that SQS waits for a message: the fewest requests. */
const WAIT_SECONDS = 20;
/** Messages of one request, at most. */
const BATCH = 10;
/** What one request may take altogether, ms; longer than the wait. */
const PATIENCE = 40_000;

/** A queue of any SQS. The client is closed with it. */
export function createSqsNoticeQueue(client: SQSClient, url: string): NoticeQueue {
  return {
    async receive(hiddenFor, signal) {
      const { Messages } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: BATCH,
          WaitTimeSeconds: WAIT_SECONDS,
          VisibilityTimeout: hiddenFor,
          MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        }),
        { abortSignal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]) },
      );
      return (Messages ?? []).flatMap(({ MessageId, ReceiptHandle, Body, Attributes }) => {
        if (ReceiptHandle === undefined) return [];
        const receives = Number(Attributes?.ApproximateReceiveCount);
        return [
          {
            id: MessageId ?? '',
            receipt: ReceiptHandle,
            body: Body ?? '',
            ...(Number.isSafeInteger(receives) && { receives }),
          },
        ];
      });
    },
    async delete(messages) {
      const left: QueuedMessage[] = [];
      for (const batch of batches(messages)) {
        const { Failed = [] } = await client.send(
          new DeleteMessageBatchCommand({ QueueUrl: url, Entries: batch.map(entry) }),
          { abortSignal: AbortSignal.timeout(PATIENCE) },
        );
        left.push(...Failed.flatMap(({ Id }) => batch[Number(Id)] ?? []));
      }
      return left;
    },
    async hide(messages, seconds) {
      for (const batch of batches(messages)) {
        const Entries = batch.map((message, at) => ({ ...entry(message, at), VisibilityTimeout: seconds }));
        await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }), {
          abortSignal: AbortSignal.timeout(PATIENCE),
        });
      }
    },
    close: () => client.destroy(),
  };
}

function entry({ receipt }: QueuedMessage, at: number) {
  return { Id: String(at), ReceiptHandle: receipt };
}

function* batches(messages: readonly QueuedMessage[]): Generator<readonly QueuedMessage[]> {
  for (let at = 0; at < messages.length; at += BATCH) yield messages.slice(at, at + BATCH);
}
