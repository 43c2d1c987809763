import type {
  DeleteObjectTaggingOutput,
  DeleteObjectTaggingRequest,
  GetObjectAclOutput,
  GetObjectAclRequest,
  GetObjectTaggingOutput,
  GetObjectTaggingRequest,
  PutObjectAclOutput,
  PutObjectAclRequest,
  PutObjectTaggingOutput,
  PutObjectTaggingRequest,
} from '@aws-sdk/client-s3';
import { cannedGrants, describeAcl, isOwnerOnly, readAcl } from '../buckets/bucket-acl.ts';
import { checkTags } from '../buckets/tags.ts';
import { notImplemented, s3Error } from '../errors.ts';
import { type BuiltOperation, objectOperation } from '../operation-kinds.ts';
import { conditions } from '../permissions.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { checkVersion, findObject } from './get-object.ts';

const MOST_TAGS = 10;

/** Tags and access control lists of objects: changed without touching bytes, ETag or date. */
export function objectSettingOperations(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  const { objects } = deps;
  return [
    [
      'GetObjectTagging',
      objectOperation<GetObjectTaggingRequest, GetObjectTaggingOutput>(
        deps,
        ['s3:GetObjectTagging'],
        async (input, call, bucket) => {
          const { headers } = await findObject(deps, input, call, bucket);
          return { TagSet: Object.entries(headers.tags ?? {}).map(([Key, Value]) => ({ Key, Value })) };
        },
      ),
    ],
    [
      'PutObjectTagging',
      objectOperation<PutObjectTaggingRequest, PutObjectTaggingOutput>(
        deps,
        ['s3:PutObjectTagging'],
        async (input, _call, bucket) => {
          checkVersion(input.VersionId);
          const tags = checkTags(input.Tagging?.TagSet ?? [], MOST_TAGS);
          const kept = Object.fromEntries(tags.map(({ key, value }) => [key, value]));
          await objects.changeHeaders(bucket.name, input.Key, (headers) => ({ ...headers, tags: kept }));
          return {};
        },
      ),
    ],
    [
      'DeleteObjectTagging',
      objectOperation<DeleteObjectTaggingRequest, DeleteObjectTaggingOutput>(
        deps,
        ['s3:DeleteObjectTagging'],
        async (input, _call, bucket) => {
          checkVersion(input.VersionId);
          await objects.changeHeaders(bucket.name, input.Key, ({ tags: _, ...headers }) => headers);
          return {};
        },
      ),
    ],
    [
      'GetObjectAcl',
      objectOperation<GetObjectAclRequest, GetObjectAclOutput>(
        deps,
        ['s3:GetObjectAcl'],
        async (input, call, bucket) => {
          const { headers } = await findObject(deps, input, call, bucket);
          return describeAcl(bucket.account, cannedGrants(headers.acl ?? 'private', bucket.account));
        },
      ),
    ],
    [
      'PutObjectAcl',
      objectOperation<PutObjectAclRequest, PutObjectAclOutput>(
        deps,
        ['s3:PutObjectAcl'],
        async (input, _call, bucket) => {
          checkVersion(input.VersionId);
          const grants = readAcl(input, bucket.account);
          const ownerOnly = isOwnerOnly(grants, bucket.account);
          if (!ownerOnly && bucket.config.objectOwnership === 'BucketOwnerEnforced') {
            throw s3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
          }
          if (input.ACL === undefined && !ownerOnly)
            throw notImplemented('Spelled-out access control lists of objects');
          const acl = input.ACL ?? 'private';
          await objects.changeHeaders(bucket.name, input.Key, (headers) => ({ ...headers, acl }));
          return {};
        },
        { context: (input) => conditions({ 's3:x-amz-acl': input.ACL }) },
      ),
    ],
  ];
}
