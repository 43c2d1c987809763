import { randomBytes } from 'node:crypto';
import type { OwedNotice } from '../../../objects/index.ts';
import { canonicalId } from '../buckets/owner.ts';

/**
 * The message about one object: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function eventMessage(notice: OwedNotice): string {
  const { bucket, account, region, happening, origin, at, configurationId } = notice;
  return JSON.stringify({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime: new Date(at).toISOString(),
        eventName: happening,
        userIdentity: { principalId: principalOf(notice) },
        requestParameters: { sourceIPAddress: origin.sourceIp },
        responseElements: { 'x-amz-request-id': origin.requestId, 'x-amz-id-2': origin.requestId },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId,
          bucket: {
            name: bucket,
            ownerIdentity: { principalId: canonicalId(account) },
            arn: `arn:aws:s3:::${bucket}`,
          },
          object: objectOf(notice, encodeNoticeKey(notice.key), 'eTag'),
        },
      },
    ],
  });
}

/** The message that a new configuration sends to each of its destinations. */
export function testMessage(bucket: string, now: number, requestId: string): string {
  return JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(now).toISOString(),
    Bucket: bucket,
    RequestId: requestId,
    HostId: randomBytes(32).toString('base64'),
  });
}

/** `detail-type` and `detail` of the event on the bus: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
export function busEventOf(notice: OwedNotice): { detailType: string; detail: Record<string, unknown> } {
  const { bucket, happening, origin, key } = notice;
  const isRemoval = happening === 'ObjectRemoved:Delete';
  return {
    detailType: isRemoval ? 'Object Deleted' : 'Object Created',
    detail: {
      version: '0',
      bucket: { name: bucket },
      // Unlike in messages to queues and topics the key stands as it is, and the ETag is written otherwise.
      object: objectOf(notice, key, 'etag'),
      'request-id': origin.requestId,
      requester: origin.account,
      'source-ip-address': origin.sourceIp,
      reason: REASONS[happening],
      ...(isRemoval && { 'deletion-type': 'Permanently Deleted' }),
    },
  };
}

const REASONS: Readonly<Record<OwedNotice['happening'], string>> = {
  'ObjectCreated:Put': 'PutObject',
  'ObjectCreated:Copy': 'CopyObject',
  'ObjectCreated:CompleteMultipartUpload': 'CompleteMultipartUpload',
  'ObjectRemoved:Delete': 'DeleteObject',
};

/** Form encoding as Java writes it, but for the slash: `a/b c` becomes `a/b+c`. */
export function encodeNoticeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Hex digits whose order is that of the events of a key. */
function sequencerOf({ sequence }: OwedNotice): string {
  return sequence.toString(16).toUpperCase().padStart(18, '0');
}

function objectOf(notice: OwedNotice, key: string, etagName: 'eTag' | 'etag') {
  const { size, etag } = notice;
  return {
    key,
    ...(size !== undefined && { size }),
    ...(etag !== undefined && { [etagName]: etag }),
    sequencer: sequencerOf(notice),
  };
}

function principalOf({ origin }: OwedNotice): string {
  return origin.principalId === 'anonymous' ? 'Anonymous' : `AWS:${origin.principalId}`;
}
