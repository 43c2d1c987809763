/** On whose behalf CloudTrail's service principal acts: condition keys `aws:SourceArn` and `aws:SourceAccount`. */
export interface TrailSource {
  readonly trailArn: string;
  readonly account: string;
  readonly region: string;
}

/** Refusal or failure of a trail's bucket. */
export class TrailBucketError extends Error {
  /** S3's error code: `NoSuchBucket`, `AccessDenied`, `SlowDown`, … */
  readonly code: string;
  /** True when the bucket certainly did not take the object; false when nobody knows (time-out, 5xx). */
  readonly notApplied: boolean;
  constructor(code: string, message: string, notApplied: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TrailBucketError';
    this.code = code;
    this.notApplied = notApplied;
  }
}

/**
 * S3 as the principal `cloudtrail.amazonaws.com` sees it, embedded or remote: bucket policies decide. Implemented
 * by `server` over the s3 service's rooms or the SDK's client; used by the preflight and by delivery.
 */
export interface TrailBucket {
  /** @throws TrailBucketError NoSuchBucket, AccessDenied. */
  getBucketAcl(bucket: string, source: TrailSource): Promise<void>;
  /** Durable on return; the same key and bytes may be put again. @throws TrailBucketError */
  putObject(
    request: {
      readonly bucket: string;
      readonly key: string;
      readonly body: Buffer;
      readonly contentType: string;
      readonly contentEncoding: string;
      readonly metadata?: Readonly<Record<string, string>>;
      readonly kmsKeyId?: string;
    },
    source: TrailSource,
  ): Promise<void>;
}

/** SNS as CloudTrail's service principal sees it: the topic's policy decides. */
export interface TrailTopic {
  /**
   * Publishes once; resolves when the topic has taken the message.
   * @throws an error with `code` `NotFound` or `AuthorizationError`.
   */
  publish(topicArn: string, message: string, source: TrailSource): Promise<void>;
}
