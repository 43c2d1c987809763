import type {
  DeleteBucketTaggingRequest,
  GetBucketTaggingOutput,
  GetBucketTaggingRequest,
  PutBucketTaggingRequest,
} from '@aws-sdk/client-s3';
import { s3Error } from '../errors.ts';
import { type BuiltOperation, bucketOperation } from '../operation-kinds.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { checkTags } from './tags.ts';

/** Tags of a bucket, as S3 allows them. */
const MOST_TAGS = 50;

/** Tags of buckets; a Put replaces all of them. */
export function bucketTaggingOperations(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  return [
    [
      'PutBucketTagging',
      bucketOperation<PutBucketTaggingRequest, object>(
        deps,
        's3:PutBucketTagging',
        async (input, _call, bucket) => {
          const tags = checkTags(input.Tagging?.TagSet ?? [], MOST_TAGS);
          await deps.objects.changeBucket(bucket.name, (config) => ({ ...config, tags }));
          return { $status: 204 };
        },
        {
          recordBody: ({ Tagging: tagging }) => ({
            Tagging: {
              xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/',
              TagSet: { Tag: (tagging?.TagSet ?? []).map(({ Key, Value }) => ({ Value, Key })) },
            },
          }),
        },
      ),
    ],
    [
      'GetBucketTagging',
      bucketOperation<GetBucketTaggingRequest, GetBucketTaggingOutput>(
        deps,
        's3:GetBucketTagging',
        async (_input, _call, { name, config: { tags = [] } }) => {
          if (tags.length === 0)
            throw s3Error('NoSuchTagSet', 'The TagSet does not exist', { BucketName: name });
          return { TagSet: tags.map(({ key, value }) => ({ Key: key, Value: value })) };
        },
      ),
    ],
    [
      'DeleteBucketTagging',
      bucketOperation<DeleteBucketTaggingRequest, object>(
        deps,
        's3:PutBucketTagging',
        async (_input, _call, bucket) => {
          await deps.objects.changeBucket(bucket.name, ({ tags: _, ...config }) => config);
          return {};
        },
      ),
    ],
  ];
}
