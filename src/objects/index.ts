export {
  CHECKSUM_ALGORITHMS,
  CHECKSUM_BYTES,
  type ChecksumAlgorithm,
  composeChecksums,
  isCombinable,
  startChecksum,
} from './checksum/checksum.ts';
export type {
  BodyChecks,
  Bucket,
  BucketConfig,
  BucketGrant,
  CompletedPart,
  EmbeddedObjects,
  Upload,
  UploadAddress,
  WriteCondition,
  WriteRequest,
} from './embedded-objects.ts';
export { type InspectedObjects, inspectFsObjects, type ObjectProblem } from './fs/inspect.ts';
export { type FsObjectStoreOptions, openFsObjectStore } from './fs/open.ts';
export type {
  BucketNotices,
  NoticeKey,
  NoticeOrigin,
  NoticeRule,
  NoticeTarget,
  ObjectHappening,
  OwedNotice,
  OwedNotices,
} from './notices.ts';
export type { BucketLock, LockBypass, ObjectLock, Retention, RetentionMode } from './object-lock.ts';
export {
  type ListAnswer,
  type ListRequest,
  type ObjectHeaders,
  type ObjectInfo,
  type ObjectPart,
  type ObjectStore,
  ObjectStoreError,
} from './object-store.ts';
export { createS3Client, createS3ObjectStore, type S3ObjectStoreOptions } from './s3/s3-object-store.ts';
