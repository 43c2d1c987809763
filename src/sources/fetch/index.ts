export { type BackOff, mayPass, withBackOff } from './back-off.ts';
export {
  BucketError,
  type BucketErrorKind,
  type BucketReader,
  type ListedObject,
  type ListedPage,
} from './bucket-reader.ts';
export {
  type CloudTrailKey,
  DIGESTS,
  dayOf,
  foreignFolder,
  type RegionFolder,
  readCloudTrailKey,
} from './cloudtrail-key.ts';
export { createS3BucketReader } from './s3-bucket-reader.ts';
export { type FoundFile, type Lane, Walk, type WalkHost } from './walk.ts';
