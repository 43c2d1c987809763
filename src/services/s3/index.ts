export {
  DestinationError,
  type NoticeDestinations,
  type NoticeSource,
} from './notifications/destinations.ts';
export { busEventOf } from './notifications/event-message.ts';
export { type Notifier, type NotifierCounters, startNotifier } from './notifications/notifier.ts';
export { createS3Service, type S3ServiceDependencies } from './service.ts';
export {
  CLOUDTRAIL_PRINCIPAL,
  createEmbeddedTrailBucket,
  type DeliveredObject,
} from './trail-bucket/embedded-trail-bucket.ts';
export { createRemoteTrailBucket } from './trail-bucket/remote-trail-bucket.ts';
