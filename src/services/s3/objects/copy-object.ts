import type { CopyObjectOutput, CopyObjectRequest } from '@aws-sdk/client-s3';
import type { CallContext, Permission } from '../../../aws/index.ts';
import {
  type Bucket,
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  type ObjectHeaders,
  type ObjectInfo,
} from '../../../objects/index.ts';
import { noSuchBucket, s3Error } from '../errors.ts';
import { originOf } from '../notifications/origin.ts';
import { askedLock } from '../object-lock/lock-members.ts';
import { type BuiltOperation, checkOwner, objectOperation } from '../operation-kinds.ts';
import { objectPermission } from '../permissions.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { checksumMembers, readAlgorithm } from './checksum-members.ts';
import { readCopySource } from './copy-source.ts';
import { findObject } from './get-object.ts';
import { checkSize, encryptionMember, writeActions, writeCondition, writeConditions } from './put-object.ts';
import { judgeRead } from './read-conditions.ts';
import { writtenHeaders } from './written-headers.ts';

/** CopyObject: read and written as a stream, with the old metadata or new. */
export function copyObjectOperation(deps: S3ServiceDependencies): BuiltOperation {
  return objectOperation<CopyObjectRequest, CopyObjectOutput>(
    deps,
    writeActions,
    async (input, call, bucket) => {
      const source = await openSource(deps, input, call);
      checkSize(source.object.size);
      refuseIdle(input, bucket, source);
      const headers = copiedHeaders(input, source.object.headers, bucket.account);
      const condition = writeCondition(input);
      const lock = askedLock(input, bucket, deps.now());
      const { body } = await deps.objects.get(source.bucket.name, source.object.key);
      const object = await deps.objects.write({
        bucket: bucket.name,
        key: input.Key,
        body,
        headers,
        checks: { compute: algorithmsOf(input.ChecksumAlgorithm, source.object.headers) },
        ...(condition && { condition }),
        ...(lock && { lock }),
        origin: originOf(call),
        isCopy: true,
      });
      return {
        CopyObjectResult: {
          ETag: `"${object.etag}"`,
          LastModified: new Date(object.lastModified),
          ...checksumMembers(object.headers),
        },
        ...encryptionMember(headers.serverSideEncryption),
      };
    },
    { context: writeConditions, also: (input, call) => sourcePermissions(deps, input.CopySource, call) },
  );
}

/** Conditions and address of a copy's source. */
export interface CopySourceInput {
  readonly CopySource?: string | undefined;
  readonly CopySourceIfMatch?: string | undefined;
  readonly CopySourceIfNoneMatch?: string | undefined;
  readonly CopySourceIfModifiedSince?: Date | undefined;
  readonly CopySourceIfUnmodifiedSince?: Date | undefined;
  readonly ExpectedSourceBucketOwner?: string | undefined;
}

/** The source of a copy. @throws ServiceError NoSuchBucket, NoSuchKey, PreconditionFailed, AccessDenied. */
export async function openSource(
  deps: S3ServiceDependencies,
  input: CopySourceInput,
  call: CallContext,
): Promise<{ readonly bucket: Bucket; readonly object: ObjectInfo }> {
  const { bucket: name, key } = readCopySource(input.CopySource);
  const bucket = deps.objects.findBucket(name);
  if (!bucket) throw noSuchBucket(name);
  checkOwner(bucket, input.ExpectedSourceBucketOwner);
  const object = await findObject(deps, { Key: key }, call, bucket);
  const verdict = judgeRead(
    {
      IfMatch: input.CopySourceIfMatch,
      IfNoneMatch: input.CopySourceIfNoneMatch,
      IfModifiedSince: input.CopySourceIfModifiedSince,
      IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    },
    object,
  );
  if (verdict === 'send') return { bucket, object };
  throw s3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
}

/** Reading the source is a right of its own. A source that cannot be read as one is the handler's to refuse. */
export function sourcePermissions(
  deps: S3ServiceDependencies,
  copySource: string | undefined,
  call: CallContext,
): Permission[] {
  let source: ReturnType<typeof readCopySource>;
  try {
    source = readCopySource(copySource);
  } catch {
    return [];
  }
  const bucket = deps.objects.findBucket(source.bucket);
  return bucket ? [objectPermission(bucket, source.key, call.caller, 's3:GetObject')] : [];
}

function copiedHeaders(input: CopyObjectRequest, before: ObjectHeaders, account: string): ObjectHeaders {
  const { checksums: _, checksumType: __, acl: ___, tags, ...kept } = before;
  const given = writtenHeaders(
    { ...input, Tagging: input.TaggingDirective === 'REPLACE' ? input.Tagging : undefined },
    account,
  );
  const newTags = input.TaggingDirective === 'REPLACE' ? given.tags : tags;
  const base =
    input.MetadataDirective === 'REPLACE'
      ? given
      : {
          ...kept,
          ...(input.StorageClass !== undefined && { storageClass: input.StorageClass }),
          ...(given.serverSideEncryption !== undefined && {
            serverSideEncryption: given.serverSideEncryption,
          }),
          ...(given.acl !== undefined && { acl: given.acl }),
        };
  const { tags: ____, ...withoutTags } = base as ObjectHeaders;
  return { ...withoutTags, ...(newTags && { tags: newTags }) };
}

function refuseIdle(
  input: CopyObjectRequest,
  bucket: Bucket,
  source: { bucket: Bucket; object: ObjectInfo },
): void {
  const itself = bucket.name === source.bucket.name && input.Key === source.object.key;
  const changes =
    input.MetadataDirective === 'REPLACE' ||
    input.StorageClass !== undefined ||
    input.ServerSideEncryption !== undefined;
  if (!itself || changes) return;
  throw s3Error(
    'InvalidRequest',
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

/** The algorithm that was asked for, else the source's, else S3's default. */
function algorithmsOf(asked: string | undefined, headers: ObjectHeaders): ChecksumAlgorithm[] {
  if (asked !== undefined) return [readAlgorithm(asked)];
  const known = CHECKSUM_ALGORITHMS.filter((algorithm) => headers.checksums?.[algorithm] !== undefined);
  return known.length > 0 ? known : ['crc64nvme'];
}
