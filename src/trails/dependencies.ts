import type { State } from '../state/index.ts';
import type { TrailKeys } from './checks/kms-key.ts';
import type { Trail } from './trail.ts';
import type { TrailBucket, TrailTopic } from './trail-bucket.ts';
import type { TrailLogGroup } from './trail-log-group.ts';

/** What the trails need of the house. */
export interface TrailsDependencies {
  readonly state: State;
  readonly bucket: TrailBucket;
  readonly topic: TrailTopic;
  /** Absent: a CloudWatchLogsLogGroupArn is refused with words. */
  readonly logGroup?: TrailLogGroup;
  /** The journal's next sequence number: where a span that begins or ends now has its edge. */
  readonly head: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** `aws` or `open`: counts hold under both, rates are the service's affair. */
  readonly limits?: 'aws' | 'open';
  /** Regions in which a multi-Region trail shows, and takes up one of five places. */
  readonly knownRegions: readonly string[];
  /**
   * The account whose trails take events of every account, as an organization's management account does: for a
   * server that accepts events of accounts which it does not know. It decides for spans that begin from now on.
   */
  readonly collectorAccount?: string;
  /** Absent: a KmsKeyId is refused with words. */
  readonly kms?: TrailKeys;
  /**
   * Takes over a deleted trail in its last form, all spans closed. Called once it is removed; when the promise
   * resolves the trail is forgotten, when it rejects or the process dies `ended()` has it after the next start.
   */
  readonly onDeleted?: (trail: Trail) => Promise<void>;
  /** Default: a random UUID. */
  readonly newUid?: () => string;
}
