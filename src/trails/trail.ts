/** Basic event selector, defaults filled in, as PutEventSelectors echoes it. */
export interface EventSelector {
  readonly ReadWriteType: 'ReadOnly' | 'WriteOnly' | 'All';
  readonly IncludeManagementEvents: boolean;
  readonly DataResources: readonly { readonly Type: string; readonly Values: readonly string[] }[];
  readonly ExcludeManagementEventSources: readonly string[];
}

/** One field of an advanced selector; operators that were not given are absent. */
export interface AdvancedFieldSelector {
  readonly Field: string;
  readonly Equals?: readonly string[];
  readonly StartsWith?: readonly string[];
  readonly EndsWith?: readonly string[];
  readonly NotEquals?: readonly string[];
  readonly NotStartsWith?: readonly string[];
  readonly NotEndsWith?: readonly string[];
}

export interface AdvancedEventSelector {
  readonly Name?: string;
  readonly FieldSelectors: readonly AdvancedFieldSelector[];
}

/** What a trail selects: one family or the other, never both. */
export type Selectors =
  | { readonly kind: 'basic'; readonly selectors: readonly EventSelector[] }
  | { readonly kind: 'advanced'; readonly selectors: readonly AdvancedEventSelector[] };

/** All that decides whether a trail takes an event; kept with each span, so that a later change never rewrites the past. */
export interface TrailRule {
  readonly account: string;
  /** The trail collects: events of other accounts than its own are taken too. */
  readonly anyAccount?: boolean;
  readonly homeRegion: string;
  readonly multiRegion: boolean;
  readonly includeGlobalServiceEvents: boolean;
  readonly recursiveLogging: boolean;
  readonly selectors: Selectors;
  readonly insights: boolean;
}

/**
 * A stretch of the journal in which a trail was logging under one rule. `from` is inclusive, `to` exclusive and
 * null while it goes on. `stopRequested`: StopLogging was called; delivery closes the span at the head that it sees
 * next, so that the StopLogging event itself is still inside.
 */
export interface LoggingSpan {
  readonly from: number;
  readonly to: number | null;
  readonly stopRequested?: boolean;
  /** The StartLogging that the span belongs to: when, and its place in the journal. A digest chain lives as long. */
  readonly session?: { readonly since: number; readonly from: number };
  readonly rule: TrailRule;
}

/** A trail as it is kept in `state` under `trails/<account>/<home region>/<name>`. Times are ms since the epoch. */
export interface Trail {
  /** Never reused, also when a trail of the same name is made again: names the trail's delivery state. */
  readonly uid: string;
  readonly name: string;
  readonly arn: string;
  readonly account: string;
  readonly homeRegion: string;
  readonly s3BucketName: string;
  readonly s3KeyPrefix?: string;
  /** As supplied (name or ARN), and the full ARN. */
  readonly snsTopicName?: string;
  readonly snsTopicArn?: string;
  readonly includeGlobalServiceEvents: boolean;
  readonly multiRegion: boolean;
  readonly organizationTrail: boolean;
  readonly logFileValidation: boolean;
  readonly recursiveLogging: boolean;
  readonly cloudWatchLogsLogGroupArn?: string;
  readonly cloudWatchLogsRoleArn?: string;
  /** The journal's number from which on events go into the log group: the head when one was set. */
  readonly logGroupFrom?: number;
  readonly kmsKeyId?: string;
  readonly selectors: Selectors;
  /** True after any PutEventSelectors. */
  readonly hasCustomEventSelectors: boolean;
  readonly insightSelectors: readonly {
    readonly InsightType: string;
    readonly EventCategories?: readonly string[];
  }[];
  readonly tags: readonly { readonly key: string; readonly value?: string }[];
  readonly isLogging: boolean;
  readonly startLoggingTime?: number;
  readonly stopLoggingTime?: number;
  /** Oldest first; delivery drops those that it has finished. */
  readonly spans: readonly LoggingSpan[];
  readonly createdAt: number;
}

/** What delivery has done for a trail; read by GetTrailStatus. Times are ms since the epoch. */
export interface DeliveryStatus {
  readonly latestDeliveryTime?: number;
  readonly latestDeliveryAttemptTime?: number;
  /** S3's error code; absent when the latest attempt succeeded. */
  readonly latestDeliveryError?: string;
  readonly latestNotificationTime?: number;
  readonly latestNotificationAttemptTime?: number;
  readonly latestNotificationError?: string;
  readonly latestDigestDeliveryTime?: number;
  readonly latestDigestDeliveryError?: string;
  readonly latestCloudWatchLogsDeliveryTime?: number;
  readonly latestCloudWatchLogsDeliveryError?: string;
}
