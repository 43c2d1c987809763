import type { Bucket, EmbeddedObjects } from '../embedded-objects.ts';
import { ObjectStoreError } from '../object-store.ts';
import type { DataFiles } from './data-files.ts';
import { noSuchBucket } from './errors.ts';
import { afterPrefix, objectKey } from './index-keys.ts';
import type { ObjectIndex, Segment } from './object-index.ts';
import { dropUpload } from './uploads.ts';

type BucketDoor = Pick<
  EmbeddedObjects,
  'findBucket' | 'listBuckets' | 'createBucket' | 'changeBucket' | 'deleteBucket'
>;

/** The buckets of the embedded store. Their names are one space for all accounts, as on AWS. */
export function createBuckets(index: ObjectIndex, files: DataFiles, now: () => number): BucketDoor {
  const { buckets } = index;
  return {
    findBucket: (name) => buckets.get(name),

    listBuckets(account) {
      const all = [...buckets.getRange({})].map(({ value }) => value);
      return account === undefined ? all : all.filter((bucket) => bucket.account === account);
    },

    async createBucket({ name, account, region, config }) {
      const bucket: Bucket = { name, account, region, createdAt: now(), config: config ?? {} };
      const owner = await index.transaction(() => {
        const taken = buckets.get(name);
        if (!taken) void buckets.put(name, bucket);
        return taken?.account;
      });
      if (owner === undefined) return bucket;
      throw owner === account
        ? new ObjectStoreError(
            'BucketAlreadyOwnedByYou',
            'Your previous request to create the named bucket succeeded and you already own it.',
          )
        : new ObjectStoreError(
            'BucketAlreadyExists',
            'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
          );
    },

    async changeBucket(name, change) {
      const changed = await index.transaction(() => {
        const bucket = buckets.get(name);
        if (!bucket) return undefined;
        const next = { ...bucket, config: change(bucket.config) };
        void buckets.put(name, next);
        return next;
      });
      if (!changed) throw noSuchBucket();
      return changed;
    },

    async deleteBucket(name) {
      const dropped: Segment[] = [];
      const refusal = await index.transaction(() => {
        if (!buckets.get(name)) return noSuchBucket();
        const start = objectKey(name, '');
        for (const _ of index.objects.getRange({ start, end: afterPrefix(start), limit: 1 })) {
          return new ObjectStoreError('BucketNotEmpty', 'The bucket you tried to delete is not empty');
        }
        const uploads = [...index.uploads.getRange({ start: `${name}/`, end: `${name}0` })];
        for (const { value } of uploads) dropped.push(...dropUpload(index, value));
        void buckets.remove(name);
        return undefined;
      });
      if (refusal) throw refusal;
      for (const segment of dropped) if (!segment.inline) await files.remove(segment.id);
    },
  };
}
