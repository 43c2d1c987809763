import type { EmbeddedObjects } from '../embedded-objects.ts';
import { judgeRetention, lockIsOff } from '../object-lock.ts';
import { type ObjectInfo, ObjectStoreError } from '../object-store.ts';
import { noSuchBucket, noSuchKey } from './errors.ts';
import { objectKey } from './index-keys.ts';
import { describeObject, type ObjectIndex, type StoredObject } from './object-index.ts';

/** Retention and legal hold of objects that stand already. Judged inside the transaction that changes them. */
export function createObjectLocks(
  index: ObjectIndex,
  now: () => number,
): Pick<EmbeddedObjects, 'changeRetention' | 'changeLegalHold'> {
  async function change(
    bucket: string,
    key: string,
    next: (current: StoredObject) => StoredObject | ObjectStoreError,
  ): Promise<ObjectInfo> {
    const outcome = await index.transaction(() => {
      const owner = index.buckets.get(bucket);
      if (!owner) return noSuchBucket();
      if (!owner.config.objectLock) return lockIsOff();
      const current = index.find(bucket, key);
      if (!current) return noSuchKey();
      const changed = next(current);
      if (!(changed instanceof ObjectStoreError)) void index.objects.put(objectKey(bucket, key), changed);
      return changed;
    });
    if (outcome instanceof ObjectStoreError) throw outcome;
    return describeObject(key, outcome);
  }

  return {
    changeRetention: (bucket, key, retention, bypass) =>
      change(bucket, key, (current) => {
        const refusal = judgeRetention(current.lock?.retention, retention, now(), bypass);
        if (refusal) return refusal;
        const { retention: _, ...rest } = current.lock ?? {};
        return { ...current, lock: { ...rest, ...(retention && { retention }) } };
      }),
    changeLegalHold: (bucket, key, held) =>
      change(bucket, key, (current) => ({ ...current, lock: { ...current.lock, legalHold: held } })),
  };
}
