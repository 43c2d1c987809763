import type { WriteCondition } from '../embedded-objects.ts';
import { ObjectStoreError } from '../object-store.ts';
import type { StoredObject } from './object-index.ts';

/**
 * Judges a conditional write against what stands there; asked inside the transaction that writes, so of two writers
 * with `If-None-Match: *` one wins
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 */
export function judgeCondition(
  current: StoredObject | undefined,
  condition: WriteCondition | undefined,
): ObjectStoreError | undefined {
  if (condition?.ifNoneMatch && current) return preconditionFailed();
  if (condition?.ifMatch === undefined) return undefined;
  if (!current) return new ObjectStoreError('NoSuchKey', 'The specified key does not exist.');
  return condition.ifMatch === '*' || condition.ifMatch === current.etag ? undefined : preconditionFailed();
}

function preconditionFailed(): ObjectStoreError {
  return new ObjectStoreError(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
  );
}
