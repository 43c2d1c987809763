import { ServiceError } from '../../aws/index.ts';
import { ObjectStoreError } from '../../objects/index.ts';

/** S3's error codes that we answer (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). */
export const S3_ERRORS: ReadonlyMap<string, number> = new Map([
  ['AccessControlListNotSupported', 400],
  ['AccessDenied', 403],
  ['BadDigest', 400],
  ['BadRequest', 400],
  ['BucketAlreadyExists', 409],
  ['BucketAlreadyOwnedByYou', 409],
  ['BucketNotEmpty', 409],
  ['EntityTooLarge', 400],
  ['EntityTooSmall', 400],
  ['IllegalLocationConstraintException', 400],
  ['IncompleteBody', 400],
  ['InsufficientStorage', 507],
  ['InternalError', 500],
  ['InvalidArgument', 400],
  ['InvalidBucketAclWithObjectOwnership', 400],
  ['InvalidBucketName', 400],
  ['InvalidDigest', 400],
  ['InvalidLocationConstraint', 400],
  ['InvalidPart', 400],
  ['InvalidPartNumber', 416],
  ['InvalidPartOrder', 400],
  ['InvalidRange', 416],
  ['InvalidRequest', 400],
  ['InvalidStorageClass', 400],
  ['InvalidTag', 400],
  ['KeyTooLongError', 400],
  ['MalformedACLError', 400],
  ['MalformedPolicy', 400],
  ['MalformedXML', 400],
  ['MetadataTooLarge', 400],
  ['MethodNotAllowed', 405],
  ['NoSuchBucket', 404],
  ['NoSuchBucketPolicy', 404],
  ['NoSuchCORSConfiguration', 404],
  ['NoSuchConfiguration', 404],
  ['NoSuchKey', 404],
  ['NoSuchLifecycleConfiguration', 404],
  ['NoSuchPublicAccessBlockConfiguration', 404],
  ['NoSuchObjectLockConfiguration', 404],
  ['NoSuchTagSet', 404],
  ['NoSuchUpload', 404],
  ['NoSuchWebsiteConfiguration', 404],
  ['NotImplemented', 501],
  ['ObjectLockConfigurationNotFoundError', 404],
  ['OwnershipControlsNotFoundError', 404],
  ['PreconditionFailed', 412],
  ['ReplicationConfigurationNotFoundError', 404],
  ['UnexpectedContent', 400],
]);

/** An error of the table, with what S3 adds to its body. */
export function s3Error(
  code: string,
  message: string,
  details: Readonly<Record<string, string>> = {},
): ServiceError {
  const status = S3_ERRORS.get(code);
  return new ServiceError(code, message, { details, ...(status !== undefined && { status }) });
}

/** For what S3 has and we do not: said, never pretended. */
export function notImplemented(what: string): ServiceError {
  return s3Error('NotImplemented', `${what} is not implemented by this server.`);
}

export function noSuchBucket(bucket: string): ServiceError {
  return s3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket });
}

/** An error of the object store as S3 answers it; everything else stays what it is. */
export function toServiceError(error: unknown, bucket: string | undefined, key: string | undefined): unknown {
  if (!(error instanceof ObjectStoreError)) return error;
  const details = {
    ...(bucket !== undefined && error.code.includes('Bucket') && { BucketName: bucket }),
    ...(key !== undefined && error.code === 'NoSuchKey' && { Key: key }),
  };
  const status = S3_ERRORS.get(error.code) ?? 500;
  return new ServiceError(error.code, error.message, { status, details, cause: error });
}
