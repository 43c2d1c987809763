import type {
  DeleteBucketOwnershipControlsRequest,
  DeletePublicAccessBlockRequest,
  GetBucketOwnershipControlsOutput,
  GetBucketOwnershipControlsRequest,
  GetPublicAccessBlockOutput,
  GetPublicAccessBlockRequest,
  ObjectOwnership,
  PutBucketOwnershipControlsRequest,
  PutPublicAccessBlockRequest,
} from '@aws-sdk/client-s3';
import { s3Error } from '../errors.ts';
import { type BuiltOperation, bucketOperation } from '../operation-kinds.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { isOwnerOnly } from './bucket-acl.ts';

const OWNERSHIPS: ReadonlySet<string> = new Set([
  'BucketOwnerEnforced',
  'BucketOwnerPreferred',
  'ObjectWriter',
]);

/** Block Public Access (it holds for policies, see permissions) and ownership controls. */
export function publicAccessOperations(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  const { objects } = deps;
  return [
    [
      'PutPublicAccessBlock',
      bucketOperation<PutPublicAccessBlockRequest, object>(
        deps,
        's3:PutBucketPublicAccessBlock',
        async ({ PublicAccessBlockConfiguration: wanted }, _call, bucket) => {
          const publicAccessBlock = {
            blockPublicAcls: wanted?.BlockPublicAcls ?? false,
            ignorePublicAcls: wanted?.IgnorePublicAcls ?? false,
            blockPublicPolicy: wanted?.BlockPublicPolicy ?? false,
            restrictPublicBuckets: wanted?.RestrictPublicBuckets ?? false,
          };
          await objects.changeBucket(bucket.name, (config) => ({ ...config, publicAccessBlock }));
          return {};
        },
        {
          eventName: 'PutBucketPublicAccessBlock',
          recordBody: ({ PublicAccessBlockConfiguration: wanted }) => ({
            PublicAccessBlockConfiguration: { xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/', ...wanted },
          }),
        },
      ),
    ],
    [
      'GetPublicAccessBlock',
      bucketOperation<GetPublicAccessBlockRequest, GetPublicAccessBlockOutput>(
        deps,
        's3:GetBucketPublicAccessBlock',
        async (_input, _call, { name, config: { publicAccessBlock: kept } }) => {
          if (!kept) {
            throw s3Error(
              'NoSuchPublicAccessBlockConfiguration',
              'The public access block configuration was not found',
              { BucketName: name },
            );
          }
          return {
            PublicAccessBlockConfiguration: {
              BlockPublicAcls: kept.blockPublicAcls,
              IgnorePublicAcls: kept.ignorePublicAcls,
              BlockPublicPolicy: kept.blockPublicPolicy,
              RestrictPublicBuckets: kept.restrictPublicBuckets,
            },
          };
        },
        { eventName: 'GetBucketPublicAccessBlock' },
      ),
    ],
    [
      'DeletePublicAccessBlock',
      bucketOperation<DeletePublicAccessBlockRequest, object>(
        deps,
        's3:PutBucketPublicAccessBlock',
        async (_input, _call, bucket) => {
          await objects.changeBucket(bucket.name, ({ publicAccessBlock: _, ...config }) => config);
          return {};
        },
        { eventName: 'DeleteBucketPublicAccessBlock' },
      ),
    ],
    [
      'PutBucketOwnershipControls',
      bucketOperation<PutBucketOwnershipControlsRequest, object>(
        deps,
        's3:PutBucketOwnershipControls',
        async (input, _call, bucket) => {
          const objectOwnership = input.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
          if (objectOwnership === undefined || !OWNERSHIPS.has(objectOwnership)) {
            throw s3Error(
              'MalformedXML',
              'The XML you provided was not well-formed or did not validate against our published schema',
            );
          }
          const { grants = [] } = bucket.config;
          if (objectOwnership === 'BucketOwnerEnforced' && !isOwnerOnly(grants, bucket.account)) {
            throw s3Error(
              'InvalidBucketAclWithObjectOwnership',
              "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
            );
          }
          await objects.changeBucket(bucket.name, (config) => ({ ...config, objectOwnership }));
          return {};
        },
      ),
    ],
    [
      'GetBucketOwnershipControls',
      bucketOperation<GetBucketOwnershipControlsRequest, GetBucketOwnershipControlsOutput>(
        deps,
        's3:GetBucketOwnershipControls',
        async (_input, _call, { name, config: { objectOwnership } }) => {
          if (objectOwnership === undefined) {
            throw s3Error('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found', {
              BucketName: name,
            });
          }
          return { OwnershipControls: { Rules: [{ ObjectOwnership: objectOwnership as ObjectOwnership }] } };
        },
      ),
    ],
    [
      'DeleteBucketOwnershipControls',
      bucketOperation<DeleteBucketOwnershipControlsRequest, object>(
        deps,
        's3:PutBucketOwnershipControls',
        async (_input, _call, bucket) => {
          await objects.changeBucket(bucket.name, ({ objectOwnership: _, ...config }) => config);
          return {};
        },
      ),
    ],
  ];
}
