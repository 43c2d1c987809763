import { randomBytes } from 'node:crypto';
import type { Authorizer, Caller } from '../../../identity/index.ts';
import {
  type Bucket,
  type EmbeddedObjects,
  type ObjectInfo,
  ObjectStoreError,
} from '../../../objects/index.ts';
import { type TrailBucket, TrailBucketError, type TrailSource } from '../../../trails/index.ts';

/** CloudTrail's principal as bucket policies name it. */
export const CLOUDTRAIL_PRINCIPAL = 'cloudtrail.amazonaws.com';

/** The ACL that CloudTrail sends with every object, and that the documented bucket policy asks for. */
export const DELIVERY_ACL = 'bucket-owner-full-control';

/** A delivered object, told so that its PutObject can be recorded as an event of the bucket's owner. */
export interface DeliveredObject {
  readonly bucket: Bucket;
  readonly object: ObjectInfo;
  readonly source: TrailSource;
}

/** The embedded s3 as `cloudtrail.amazonaws.com` sees it. `report` is waited for; its failure is not the put's. */
export function createEmbeddedTrailBucket(deps: {
  readonly objects: EmbeddedObjects;
  readonly authorizer: Authorizer;
  readonly report?: (delivered: DeliveredObject) => Promise<void>;
}): TrailBucket {
  const { objects, authorizer, report } = deps;

  async function admit(
    name: string,
    source: TrailSource,
    action: string,
    resource: string,
    context: Record<string, string>,
  ): Promise<Bucket> {
    const bucket = objects.findBucket(name);
    if (!bucket) throw new TrailBucketError('NoSuchBucket', 'The specified bucket does not exist', true);
    const decision = await authorizer.authorize({
      caller: serviceCaller(source),
      action,
      resource,
      resourceAccount: bucket.account,
      ...(bucket.config.policy !== undefined && { resourcePolicy: bucket.config.policy }),
      context: { 'aws:SourceArn': source.trailArn, 'aws:SourceAccount': source.account, ...context },
    });
    if (!decision.allowed) throw new TrailBucketError('AccessDenied', decision.message, true);
    return bucket;
  }

  return {
    async getBucketAcl(name, source) {
      await admit(name, source, 's3:GetBucketAcl', `arn:aws:s3:::${name}`, {});
    },

    async putObject(request, source) {
      const { bucket: name, key, body } = request;
      const bucket = await admit(name, source, 's3:PutObject', `arn:aws:s3:::${name}/${key}`, {
        's3:x-amz-acl': DELIVERY_ACL,
      });
      if (request.kmsKeyId !== undefined) {
        // Written in the clear, the file would look encrypted to whoever asked for it.
        throw new TrailBucketError(
          'KMS.NotFoundException',
          `The embedded object store has no key ${request.kmsKeyId}; nothing was written.`,
          true,
        );
      }
      const object = await put(name, key, body, request, source);
      await report?.({ bucket, object, source });
    },
  };

  async function put(
    name: string,
    key: string,
    body: Buffer,
    request: { contentType: string; contentEncoding: string; metadata?: Readonly<Record<string, string>> },
    source: TrailSource,
  ): Promise<ObjectInfo> {
    try {
      return await objects.write({
        bucket: name,
        key,
        body,
        headers: {
          contentType: request.contentType,
          contentEncoding: request.contentEncoding,
          acl: DELIVERY_ACL,
          ...(request.metadata && { metadata: request.metadata }),
        },
        checks: { compute: ['crc64nvme'] },
        // In a bucket with object lock the file of the try before may be held already.
        mayRepeat: true,
        origin: {
          principalId: CLOUDTRAIL_PRINCIPAL,
          account: source.account,
          sourceIp: CLOUDTRAIL_PRINCIPAL,
          requestId: randomBytes(8).toString('hex').toUpperCase(),
        },
      });
    } catch (error) {
      // The store's own refusals come before anything is written; any other failure may have come after the commit.
      if (error instanceof ObjectStoreError) {
        throw new TrailBucketError(error.code, error.message, true, { cause: error });
      }
      throw new TrailBucketError('InternalError', `cannot write ${key} to ${name}`, false, { cause: error });
    }
  }
}

function serviceCaller(source: TrailSource): Caller {
  return {
    kind: 'service',
    account: source.account,
    arn: CLOUDTRAIL_PRINCIPAL,
    principalId: CLOUDTRAIL_PRINCIPAL,
  };
}
