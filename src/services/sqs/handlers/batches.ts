import type * as client from '@aws-sdk/client-sqs';
import { type Handlers, ServiceError } from '../../../aws/index.ts';
import { checkBatch, failedEntry, MAX_BATCH_BYTES } from '../batch.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { readQueueUrl } from '../queue-url.ts';
import { type ReadMessage, readMessage } from '../send.ts';
import { mustHave, readVisibility, receiptRefusal } from './messages.ts';

/** Up to ten messages at a time: each entry succeeds or fails by itself. */
export function batchHandlers({ queues }: SqsDependencies): Handlers<typeof client> {
  return {
    async SendMessageBatch(input, call) {
      const entries = input.Entries ?? [];
      const queue = queues.book.get(readQueueUrl(input.QueueUrl, call));
      checkBatch(entries, 'SendMessageBatchRequestEntry');
      const { good, Failed } = sift(entries, (entry) => readMessage(entry, queue, call));
      const bytes = good.reduce((sum, [, read]) => sum + read.bytes, 0);
      if (bytes > MAX_BATCH_BYTES) {
        throw new ServiceError(
          'BatchRequestTooLong',
          `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`,
        );
      }
      const ids =
        good.length > 0
          ? await queues.send(
              queue,
              good.map(([, read]) => read.message),
            )
          : [];
      const Successful = good.map(
        ([entry, { answer }]: [client.SendMessageBatchRequestEntry, ReadMessage], at) => ({
          Id: entry.Id,
          MessageId: ids[at],
          ...answer,
        }),
      );
      return { Successful, Failed };
    },

    async DeleteMessageBatch(input, call) {
      const entries = input.Entries ?? [];
      checkBatch(entries, 'DeleteMessageBatchRequestEntry');
      const address = readQueueUrl(input.QueueUrl, call);
      const { good, Failed } = sift(entries, (entry) => mustHave(entry.ReceiptHandle, 'ReceiptHandle'));
      const outcomes = await queues.remove(
        address,
        good.map(([, handle]) => handle),
      );
      const Successful: client.DeleteMessageBatchResultEntry[] = [];
      good.forEach(([{ Id }, handle], at) => {
        if (outcomes[at] === 'done') Successful.push({ Id });
        else Failed.push(failedEntry(Id, receiptRefusal(outcomes[at]!, handle)));
      });
      return { Successful, Failed };
    },

    async ChangeMessageVisibilityBatch(input, call) {
      const entries = input.Entries ?? [];
      checkBatch(entries, 'ChangeMessageVisibilityBatchRequestEntry');
      const address = readQueueUrl(input.QueueUrl, call);
      const { good, Failed } = sift(entries, (entry) => ({
        handle: mustHave(entry.ReceiptHandle, 'ReceiptHandle'),
        seconds: readVisibility(entry.VisibilityTimeout),
      }));
      const outcomes = await queues.hide(
        address,
        good.map(([, wish]) => wish),
      );
      const Successful: client.ChangeMessageVisibilityBatchResultEntry[] = [];
      good.forEach(([{ Id }, { handle }], at) => {
        if (outcomes[at] === 'done') Successful.push({ Id });
        else Failed.push(failedEntry(Id, receiptRefusal(outcomes[at]!, handle)));
      });
      return { Successful, Failed };
    },
  };
}

/** Reads each entry; those that cannot be read are the failed ones. */
function sift<Entry extends { readonly Id: string | undefined }, Read>(
  entries: readonly Entry[],
  read: (entry: Entry) => Read,
): { good: [Entry, Read][]; Failed: client.BatchResultErrorEntry[] } {
  const good: [Entry, Read][] = [];
  const Failed: client.BatchResultErrorEntry[] = [];
  for (const entry of entries) {
    try {
      good.push([entry, read(entry)]);
    } catch (error) {
      Failed.push(failedEntry(entry.Id, error));
    }
  }
  return { good, Failed };
}
