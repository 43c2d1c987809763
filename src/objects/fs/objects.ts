import type { EmbeddedObjects } from '../embedded-objects.ts';
import { judgeRemoval, lockOfNewObject } from '../object-lock.ts';
import { ObjectStoreError } from '../object-store.ts';
import type { DataFiles } from './data-files.ts';
import { noSuchBucket, noSuchKey } from './errors.ts';
import { MAX_KEY_BYTES, objectKey } from './index-keys.ts';
import { listObjects } from './list-objects.ts';
import { describeObject, type ObjectIndex, type StoredObject } from './object-index.ts';
import { readObject } from './read-object.ts';
import { receiveBody } from './receive-body.ts';
import { judgeCondition } from './write-condition.ts';

type ObjectDoor = Pick<
  EmbeddedObjects,
  'put' | 'write' | 'changeHeaders' | 'get' | 'head' | 'list' | 'delete'
>;

/** Objects of the embedded store: bytes first, then the index entry that makes them an object. */
export function createObjects(index: ObjectIndex, files: DataFiles, now: () => number): ObjectDoor {
  const write: EmbeddedObjects['write'] = async (request) => {
    const { bucket, key, body, headers, checks, condition } = request;
    checkKey(key);
    // Asked first so that a stranger's gigabytes are not taken in for nothing, and again in the transaction.
    if (!index.buckets.get(bucket)) throw noSuchBucket();
    const received = await receiveBody(files, body, checks);
    const plain: StoredObject = {
      size: received.size,
      etag: received.md5,
      lastModified: now(),
      headers: { ...headers, checksums: { ...headers?.checksums, ...received.checksums } },
      segments: received.segments,
    };
    // A failed commit may have reached the disk: then the file stays, and the next start's sweep asks the index.
    const outcome = await index.transaction(() => {
      const owner = index.buckets.get(bucket);
      if (!owner) return noSuchBucket();
      const current = index.find(bucket, key);
      const held = judgeRemoval(current?.lock, now());
      if (
        current &&
        held &&
        request.mayRepeat &&
        current.etag === plain.etag &&
        current.size === plain.size
      ) {
        return { stands: current };
      }
      const lock = lockOfNewObject(owner.config.objectLock, request.lock, plain.lastModified);
      if (lock instanceof ObjectStoreError) return lock;
      const refusal = judgeCondition(current, condition) ?? held;
      if (refusal) return refusal;
      const stored = lock ? { ...plain, lock } : plain;
      if (current) index.dropSegments(current.segments);
      index.addSegments(stored.segments, received.inline);
      void index.objects.put(objectKey(bucket, key), stored);
      index.notices.owe(owner, {
        happening: request.isCopy ? 'ObjectCreated:Copy' : 'ObjectCreated:Put',
        key,
        at: stored.lastModified,
        size: stored.size,
        etag: stored.etag,
        ...(request.origin && { origin: request.origin }),
      });
      return { stored, replaced: current?.segments ?? [] };
    });
    if (outcome instanceof ObjectStoreError) {
      await received.discard();
      throw outcome;
    }
    if (outcome.stands) {
      await received.discard();
      return describeObject(key, outcome.stands);
    }
    received.keep();
    for (const segment of outcome.replaced) if (!segment.inline) await files.remove(segment.id);
    return describeObject(key, outcome.stored);
  };

  return {
    write,
    put: (bucket, key, body, headers) => write({ bucket, key, body, ...(headers && { headers }) }),

    async changeHeaders(bucket, key, change) {
      const changed = await index.transaction(() => {
        const current = index.find(bucket, key);
        if (!current) return undefined;
        const next = { ...current, headers: change(current.headers) };
        void index.objects.put(objectKey(bucket, key), next);
        return next;
      });
      if (!changed) throw index.buckets.get(bucket) ? noSuchKey() : noSuchBucket();
      return describeObject(key, changed);
    },

    async get(bucket, key, range) {
      const stored = index.find(bucket, key);
      if (!stored) throw index.buckets.get(bucket) ? noSuchKey() : noSuchBucket();
      const body = readObject(index, files, stored, range?.first, range?.last);
      return { info: describeObject(key, stored), body };
    },

    async head(bucket, key) {
      if (!index.buckets.get(bucket)) throw noSuchBucket();
      const stored = index.find(bucket, key);
      return stored && describeObject(key, stored);
    },

    async list(request) {
      if (!index.buckets.get(request.bucket)) throw noSuchBucket();
      return listObjects(index, request);
    },

    async delete(bucket, key, bypass, origin) {
      const outcome = await index.transaction(() => {
        const owner = index.buckets.get(bucket);
        if (!owner) return undefined;
        const current = index.find(bucket, key);
        if (!current) return [];
        const held = judgeRemoval(current.lock, now(), bypass);
        if (held) return held;
        index.dropSegments(current.segments);
        void index.objects.remove(objectKey(bucket, key));
        index.notices.owe(owner, {
          happening: 'ObjectRemoved:Delete',
          key,
          at: now(),
          ...(origin && { origin }),
        });
        return current.segments;
      });
      if (!outcome) throw noSuchBucket();
      if (outcome instanceof ObjectStoreError) throw outcome;
      for (const segment of outcome) if (!segment.inline) await files.remove(segment.id);
    },
  };
}

function checkKey(key: string): void {
  if (key === '') throw new ObjectStoreError('InvalidArgument', 'A key must have at least one character.');
  if (Buffer.byteLength(key) > MAX_KEY_BYTES)
    throw new ObjectStoreError('KeyTooLongError', 'Your key is too long');
}
