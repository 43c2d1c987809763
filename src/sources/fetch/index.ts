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
export { Walk } from './walk.ts';
export type { FoundFile, Lane, WalkHost } from './walk-host.ts';
