import type { Authorizer } from '../../identity/index.ts';
import type { EmbeddedObjects } from '../../objects/index.ts';
import type { NoticeDestinations } from './notifications/destinations.ts';

/** What the s3 service needs from the rest of the house. */
export interface S3ServiceDependencies {
  readonly objects: EmbeddedObjects;
  /** Asked here only for what one call does to many keys (DeleteObjects) and for what a 404 may tell. */
  readonly authorizer: Authorizer;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Region of buckets that are made without a Region to be seen. */
  readonly defaultRegion: string;
  /** Where notifications may go; absent: a configuration of them is refused. */
  readonly destinations?: NoticeDestinations;
}
