import type * as client from '@aws-sdk/client-sqs';
import { ServiceError } from '../../aws/index.ts';

/** Entries of one batch. */
const MOST = 10;
/** Bytes of all messages of a batch together. */
export const MAX_BATCH_BYTES = 1_048_576;

/** The rules of all batches. @throws ServiceError EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct */
export function checkBatch(
  entries: readonly { readonly Id: string | undefined }[] | undefined,
  kind: string,
): void {
  const refuse = (code: string, message: string) => new ServiceError(code, message);
  if (!entries || entries.length === 0) {
    throw refuse('EmptyBatchRequest', `There should be at least one ${kind} in the request.`);
  }
  if (entries.length > MOST) {
    throw refuse(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MOST}. You have sent ${entries.length}.`,
    );
  }
  if (!entries.every(({ Id }) => /^[\w-]{1,80}$/.test(Id ?? ''))) {
    throw refuse(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  }
  const seen = new Set<string | undefined>();
  for (const { Id } of entries) {
    if (seen.has(Id)) throw refuse('BatchEntryIdsNotDistinct', `Id ${Id} repeated.`);
    seen.add(Id);
  }
}

/** What a refused entry's answer says. Rethrows what is no refusal. */
export function failedEntry(id: string | undefined, error: unknown): client.BatchResultErrorEntry {
  if (!(error instanceof ServiceError)) throw error;
  return { Id: id, Code: error.code, Message: error.message, SenderFault: true };
}
