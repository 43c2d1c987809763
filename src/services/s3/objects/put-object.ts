import { Readable } from 'node:stream';
import type { PutObjectOutput, PutObjectRequest } from '@aws-sdk/client-s3';
import type { WriteCondition } from '../../../objects/index.ts';
import { notImplemented, s3Error } from '../errors.ts';
import { originOf } from '../notifications/origin.ts';
import { askedLock, type LockMembers, lockActions } from '../object-lock/lock-members.ts';
import { type BuiltOperation, objectOperation } from '../operation-kinds.ts';
import { conditions } from '../permissions.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { bodyChecks, checksumMembers } from './checksum-members.ts';
import { writtenHeaders } from './written-headers.ts';

/** One PUT, one part (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html). */
export const MAX_PUT_BYTES = 5 * 1024 ** 3;

/** PutObject: streamed to disk, summed, visible at once or not at all. */
export function putObjectOperation(deps: S3ServiceDependencies): BuiltOperation {
  return objectOperation<PutObjectRequest, PutObjectOutput>(
    deps,
    writeActions,
    async (input, call, bucket) => {
      const headers = writtenHeaders(input, bucket.account);
      const lock = askedLock(input, bucket, deps.now());
      const checks = bodyChecks(input, call);
      checkSize(checks.size);
      const condition = writeCondition(input);
      const object = await deps.objects.write({
        bucket: bucket.name,
        key: input.Key,
        body: bodyOf(input.Body),
        headers,
        checks,
        ...(condition && { condition }),
        ...(lock && { lock }),
        origin: originOf(call),
      });
      return {
        ETag: `"${object.etag}"`,
        ...checksumMembers(object.headers),
        ...encryptionMember(object.headers.serverSideEncryption),
      };
    },
    { context: writeConditions },
  );
}

/** What writing with these members needs: the object's tags and its list of rights are rights of their own. */
export function writeActions(
  input: { Tagging?: string | undefined; ACL?: string | undefined } & LockMembers,
): string[] {
  const opens = input.ACL !== undefined && input.ACL !== 'private' && !input.ACL.startsWith('bucket-owner-');
  return [
    's3:PutObject',
    ...(input.Tagging === undefined ? [] : ['s3:PutObjectTagging']),
    ...(opens ? ['s3:PutObjectAcl'] : []),
    ...lockActions(input),
  ];
}

/** Condition keys of a write. */
export function writeConditions(input: {
  readonly ACL?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
}) {
  return conditions({
    's3:x-amz-acl': input.ACL,
    's3:x-amz-storage-class': input.StorageClass,
    's3:x-amz-server-side-encryption': input.ServerSideEncryption,
  });
}

/** @throws ServiceError EntityTooLarge. */
export function checkSize(size: number | undefined): void {
  if (size === undefined || size <= MAX_PUT_BYTES) return;
  throw s3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
    ProposedSize: String(size),
    MaxSizeAllowed: String(MAX_PUT_BYTES),
  });
}

/** If-None-Match and If-Match of a write. @throws ServiceError NotImplemented for an ETag in If-None-Match, as S3. */
export function writeCondition(input: {
  readonly IfNoneMatch?: string | undefined;
  readonly IfMatch?: string | undefined;
}): WriteCondition | undefined {
  const { IfNoneMatch: none, IfMatch: match } = input;
  if (none !== undefined && none !== '*') throw notImplemented('If-None-Match with an ETag');
  if (none === undefined && match === undefined) return undefined;
  return {
    ...(none !== undefined && { ifNoneMatch: true as const }),
    ...(match !== undefined && { ifMatch: match.replaceAll('"', '') }),
  };
}

/** The body as the store takes it; a request without one writes an empty object. */
export function bodyOf(body: unknown): Buffer | Readable {
  if (body instanceof Readable) return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return Buffer.from(typeof body === 'string' ? body : '');
}

/** Said only to who asked for it; the disk under the store is the operator's to encrypt. */
export function encryptionMember(encryption: string | undefined): { ServerSideEncryption?: 'AES256' } {
  return encryption === 'AES256' ? { ServerSideEncryption: 'AES256' } : {};
}
