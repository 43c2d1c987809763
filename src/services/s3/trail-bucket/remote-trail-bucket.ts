import { GetBucketAclCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { type TrailBucket, TrailBucketError } from '../../../trails/index.ts';
import { DELIVERY_ACL } from './embedded-trail-bucket.ts';

/**
 * Any other S3 as a trail's bucket. That S3 knows no `cloudtrail.amazonaws.com`: the client's own credentials write,
 * and their rights decide. The client retries as the SDK does; what it gives up on is told here.
 */
export function createRemoteTrailBucket(client: S3Client): TrailBucket {
  return {
    async getBucketAcl(bucket) {
      try {
        await client.send(new GetBucketAclCommand({ Bucket: bucket }));
      } catch (error) {
        throw trailBucketError(error);
      }
    },

    async putObject({ bucket, key, body, contentType, contentEncoding, metadata, kmsKeyId }) {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: body,
            ACL: DELIVERY_ACL,
            ContentType: contentType,
            ContentEncoding: contentEncoding,
            ...(metadata && { Metadata: { ...metadata } }),
            ...(kmsKeyId !== undefined && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyId }),
          }),
        );
      } catch (error) {
        throw trailBucketError(error);
      }
    },
  };
}

/** Failures before a connection stands: no byte has left. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);

/**
 * A 3xx or 4xx answer refuses for certain, but for RequestTimeout, which an S3 may answer late. Anything else, a 5xx
 * above all, may have been applied. An earlier try of the same call may have been applied too; the repeat then writes
 * the same bytes, so the word of the last try is enough.
 */
function trailBucketError(error: unknown): TrailBucketError {
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode ?? 500;
    const tried = error.$metadata.attempts ?? 1;
    const certain = status >= 300 && status < 500 && error.name !== 'RequestTimeout' && tried === 1;
    return new TrailBucketError(error.name, error.message, certain, { cause: error });
  }
  const { code, name, message, $metadata } = error as NodeJS.ErrnoException & {
    $metadata?: { attempts?: number };
  };
  const certain = code !== undefined && NOT_SENT.has(code) && ($metadata?.attempts ?? 1) === 1;
  return new TrailBucketError(code ?? name ?? 'InternalError', message ?? String(error), certain, {
    cause: error,
  });
}
