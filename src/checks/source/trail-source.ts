import type { PublicKey } from '../../digest/verify/index.ts';

/** What GetTrailStatus answers, as far as checks look at it; times in seconds since the epoch. */
export interface TrailStatus {
  readonly IsLogging?: boolean;
  readonly LatestDeliveryTime?: number;
  readonly LatestDeliveryError?: string;
  readonly LatestNotificationTime?: number;
  readonly LatestNotificationError?: string;
  readonly LatestCloudWatchLogsDeliveryTime?: number;
  readonly LatestCloudWatchLogsDeliveryError?: string;
  readonly LatestDigestDeliveryTime?: number;
  readonly LatestDigestDeliveryError?: string;
  readonly StartLoggingTime?: number;
  readonly StopLoggingTime?: number;
}

/** What DescribeTrails answers about a trail. */
export interface TrailDescription {
  readonly Name?: string;
  readonly TrailARN?: string;
  readonly HomeRegion?: string;
  readonly S3BucketName?: string;
  readonly S3KeyPrefix?: string;
  readonly SnsTopicARN?: string;
  readonly CloudWatchLogsLogGroupArn?: string;
  readonly IsMultiRegionTrail?: boolean;
  readonly IsOrganizationTrail?: boolean;
  readonly LogFileValidationEnabled?: boolean;
}

/** A stretch of time, in whole seconds since the epoch. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** The CloudTrail API, however it is reached. All methods throw CheckFailure. */
export interface TrailSource {
  trailStatus(name: string): Promise<TrailStatus>;
  /** Trails whose home is the Region. */
  trails(): Promise<readonly TrailDescription[]>;
  /** One trail, or undefined when there is none. An ARN also names a trail that has its home in another Region. */
  trail(nameOrArn: string): Promise<TrailDescription | undefined>;
  /** The keys that were valid at some time of the window, with which digests were signed. */
  publicKeys(window: Window): Promise<readonly PublicKey[]>;
  /** The `CloudTrailEvent` texts of all events, or of those within the window, page by page. */
  events(window: Window | undefined): AsyncIterable<readonly string[]>;
}
