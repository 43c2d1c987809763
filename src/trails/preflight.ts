import { type TrailBucket, TrailBucketError, type TrailSource, type TrailTopic } from './trail-bucket.ts';
import { TrailError } from './trail-error.ts';
import type { SettledTrail } from './trail-settings.ts';

/** Codes by which a bucket or its policy says no; anything else means that it gave no answer. */
const REFUSALS = new Set(['AccessDenied', 'AllAccessDisabled', 'AccountProblem', 'InvalidAccessKeyId']);

/**
 * Tries the bucket as CloudTrail will use it: a zero-byte folder marker is put, then the ACL is read. AWS does it at
 * every CreateTrail and UpdateTrail, and leaves the markers. Which of the two was refused makes no difference.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
 * @throws TrailError S3BucketDoesNotExistException, InsufficientS3BucketPolicyException, ServiceUnavailable
 */
export async function tryBucket(
  bucket: TrailBucket,
  settled: SettledTrail,
  source: TrailSource,
): Promise<void> {
  try {
    for (const key of markerKeys(settled, source.account)) {
      await bucket.putObject(
        {
          bucket: settled.s3BucketName,
          key,
          body: Buffer.alloc(0),
          contentType: 'application/json',
          contentEncoding: 'gzip',
          ...(settled.kmsKeyId === undefined ? {} : { kmsKeyId: settled.kmsKeyId }),
        },
        source,
      );
    }
    await bucket.getBucketAcl(settled.s3BucketName, source);
  } catch (error) {
    throw bucketRefusal(settled.s3BucketName, error);
  }
}

/** The folder markers of a trail: log files', and with log file validation digests'. */
export function markerKeys(settled: SettledTrail, account: string): readonly string[] {
  const base = `${settled.s3KeyPrefix === undefined ? '' : `${settled.s3KeyPrefix}/`}AWSLogs/${account}`;
  return [`${base}/CloudTrail/`, ...(settled.logFileValidation ? [`${base}/CloudTrail-Digest/`] : [])];
}

function bucketRefusal(bucket: string, cause: unknown): unknown {
  if (!(cause instanceof TrailBucketError)) return cause;
  if (cause.code === 'NoSuchBucket') {
    return new TrailError('S3BucketDoesNotExistException', `S3 bucket ${bucket} does not exist!`, { cause });
  }
  if (REFUSALS.has(cause.code)) {
    return new TrailError(
      'InsufficientS3BucketPolicyException',
      `Incorrect S3 bucket policy is detected for bucket: ${bucket}`,
      { cause },
    );
  }
  return new TrailError(
    'ServiceUnavailable',
    `S3 bucket ${bucket} could not be checked (${cause.code}); try again.`,
    { cause },
  );
}

/**
 * Publishes the validation message that AWS sends when a topic is set.
 * @throws TrailError InsufficientSnsTopicPolicyException, ServiceUnavailable
 */
export async function tryTopic(topic: TrailTopic, topicArn: string, source: TrailSource): Promise<void> {
  try {
    await topic.publish(topicArn, 'CloudTrail validation message.', source);
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'NotFound' || code === 'AuthorizationError') {
      throw new TrailError(
        'InsufficientSnsTopicPolicyException',
        'SNS Topic does not exist or the topic policy is incorrect!',
        { cause },
      );
    }
    if (code === undefined) throw cause;
    throw new TrailError(
      'ServiceUnavailable',
      `SNS topic ${topicArn} could not be checked (${code}); try again.`,
      { cause },
    );
  }
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
