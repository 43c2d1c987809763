import { buffer } from 'node:stream/consumers';
import type { S3Client } from '@aws-sdk/client-s3';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuthorizationRequest } from '../../../identity/index.ts';
import { createEmbeddedTrailBucket, createRemoteTrailBucket, type DeliveredObject } from '../index.ts';
import { openS3House, type S3House } from '../s3-house.fixture.ts';

const source = {
  trailArn: 'arn:aws:cloudtrail:us-east-1:444455556666:trail/T',
  account: '444455556666',
  region: 'us-east-1',
};
const file = {
  key: 'AWSLogs/x.json.gz',
  body: Buffer.from('gz'),
  contentType: 'application/json',
  contentEncoding: 'gzip',
};

let house: S3House;
beforeAll(async () => {
  house = await openS3House();
});
afterAll(() => house.close());

describe('the embedded trail bucket', () => {
  test('asks the policy as the service, on behalf of the trail, and reports what it wrote', async () => {
    const bucket = await house.newBucket();
    const asked: AuthorizationRequest[] = [];
    const told: DeliveredObject[] = [];
    const trailBucket = createEmbeddedTrailBucket({
      objects: house.objects,
      authorizer: {
        authorize: async (request) => {
          asked.push(request);
          return { allowed: true };
        },
      },
      report: async (delivered) => void told.push(delivered),
    });
    await trailBucket.getBucketAcl(bucket, source);
    await trailBucket.putObject({ bucket, ...file, metadata: { signature: 'ab' } }, source);
    expect(asked).toMatchObject([
      { action: 's3:GetBucketAcl', resource: `arn:aws:s3:::${bucket}`, resourceAccount: '111122223333' },
      {
        caller: { kind: 'service', arn: 'cloudtrail.amazonaws.com', account: '444455556666' },
        action: 's3:PutObject',
        resource: `arn:aws:s3:::${bucket}/AWSLogs/x.json.gz`,
        context: {
          'aws:SourceArn': source.trailArn,
          'aws:SourceAccount': '444455556666',
          's3:x-amz-acl': 'bucket-owner-full-control',
        },
      },
    ]);
    const { info, body } = await house.objects.get(bucket, file.key);
    expect(await buffer(body)).toEqual(file.body);
    expect(info.headers).toMatchObject({ contentEncoding: 'gzip', metadata: { signature: 'ab' } });
    expect(told).toMatchObject([{ bucket: { name: bucket }, object: { key: file.key, size: 2 }, source }]);
  });

  test('says what was certainly not applied', async () => {
    const bucket = await house.newBucket();
    const authorizer = { authorize: async () => ({ allowed: false as const, message: 'no' }) };
    const refusing = createEmbeddedTrailBucket({ objects: house.objects, authorizer });
    await expect(refusing.putObject({ bucket, ...file }, source)).rejects.toMatchObject({
      code: 'AccessDenied',
      notApplied: true,
    });
    await expect(refusing.getBucketAcl('nowhere', source)).rejects.toMatchObject({
      code: 'NoSuchBucket',
      notApplied: true,
    });
    expect(await house.objects.head(bucket, file.key)).toBeUndefined();
  });
});

describe('the remote trail bucket', () => {
  test('writes into another S3 and reads its refusals', async () => {
    const bucket = await house.newBucket();
    const remote = createRemoteTrailBucket(house.client);
    await remote.getBucketAcl(bucket, source);
    await remote.putObject({ bucket, ...file, metadata: { signature: 'ab' } }, source);
    expect((await house.objects.head(bucket, file.key))?.headers).toMatchObject({
      acl: 'bucket-owner-full-control',
      contentType: 'application/json',
      contentEncoding: 'gzip',
      metadata: { signature: 'ab' },
    });
    await expect(remote.putObject({ bucket: 'nowhere', ...file }, source)).rejects.toMatchObject({
      code: 'NoSuchBucket',
      notApplied: true,
    });
  });

  const answer = (name: string, httpStatusCode: number, attempts = 1) =>
    new S3ServiceException({
      name,
      $fault: 'server',
      message: name,
      $metadata: { httpStatusCode, attempts },
    });
  test.each([
    ['a 403', answer('AccessDenied', 403), true],
    ['a 403 after a try that nobody knows of', answer('AccessDenied', 403, 2), false],
    ['a 503', answer('SlowDown', 503), false],
    ['a late time-out', answer('RequestTimeout', 400), false],
    ['no listener', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), true],
    ['a reset', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), false],
    ['silence', Object.assign(new Error('late'), { name: 'TimeoutError' }), false],
  ])('%s', async (_, error, notApplied) => {
    const send = async () => {
      throw error;
    };
    const remote = createRemoteTrailBucket({ send } as unknown as S3Client);
    await expect(remote.putObject({ bucket: 'b', ...file }, source)).rejects.toMatchObject({ notApplied });
  });
});
