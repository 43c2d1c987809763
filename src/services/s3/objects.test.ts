import { createHash } from 'node:crypto';
import * as s3 from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { code, openS3House, type S3House, START } from './s3-house.fixture.ts';

let house: S3House;
let client: s3.S3Client;
let Bucket: string;
beforeAll(async () => {
  house = await openS3House();
  client = house.client;
});
afterAll(() => house.close());
beforeEach(async () => {
  Bucket = await house.newBucket();
});

const put = (Key: string, Body: string | Buffer = 'x', more: Partial<s3.PutObjectCommandInput> = {}) =>
  client.send(new s3.PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string, more: Partial<s3.GetObjectCommandInput> = {}) => {
  const output = await client.send(new s3.GetObjectCommand({ Bucket, Key, ...more }));
  return { ...output, bytes: Buffer.from(await output.Body!.transformToByteArray()) };
};

describe('objects', () => {
  test('what was put comes back with its headers, metadata, tags and checksum', async () => {
    const written = await put('a b/ü+c', 'hello', {
      ContentType: 'text/plain',
      ContentEncoding: 'gzip',
      CacheControl: 'no-cache',
      Metadata: { Owner: 'ops', proto: '1' },
      Tagging: 'a=1&b=2',
      ACL: 'bucket-owner-full-control',
      ChecksumAlgorithm: 'SHA256',
    });
    const sha256 = createHash('sha256').update('hello').digest('base64');
    expect(written).toMatchObject({ ETag: '"5d41402abc4b2a76b9719d911017c592"', ChecksumSHA256: sha256 });
    const read = await get('a b/ü+c', { ChecksumMode: 'ENABLED' });
    expect(read.bytes.toString()).toBe('hello');
    expect(read).toMatchObject({
      ContentType: 'text/plain',
      ContentEncoding: 'gzip',
      CacheControl: 'no-cache',
      ContentLength: 5,
      Metadata: { owner: 'ops', proto: '1' },
      TagCount: 2,
      ChecksumSHA256: sha256,
      LastModified: new Date(START),
      AcceptRanges: 'bytes',
    });
  });

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'a wrong %s is refused and nothing stored',
    async (name) => {
      const wrong = Buffer.alloc({ CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 }[name]).toString(
        'base64',
      );
      expect(await code(put('k', 'hello', { [`Checksum${name}`]: wrong }))).toBe('400 BadDigest');
      expect(await code(get('k'))).toBe('404 NoSuchKey');
    },
  );

  test.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=5-99', '56789', 'bytes 5-9/10'],
    ['bytes=0-1,3-4', '0123456789', undefined],
    ['lines=1-2', '0123456789', undefined],
  ])('the range %s', async (Range, text, ContentRange) => {
    await put('digits', '0123456789');
    const read = await get('digits', { Range });
    expect([read.bytes.toString(), read.ContentRange]).toEqual([text, ContentRange]);
    expect(read.$metadata.httpStatusCode).toBe(ContentRange ? 206 : 200);
  });

  test('a range beyond the end is refused', async () => {
    await put('digits', '0123456789');
    expect(await code(get('digits', { Range: 'bytes=10-' }))).toBe('416 InvalidRange');
  });

  test('conditions of reads', async () => {
    const { ETag } = await put('k');
    const after = new Date(START + 1000);
    const before = new Date(START - 1000);
    const head = (more: object) => code(client.send(new s3.HeadObjectCommand({ Bucket, Key: 'k', ...more })));
    expect(await head({ IfMatch: ETag })).toBe('no error');
    expect(await head({ IfMatch: '"other"' })).toMatch(/^412/);
    expect(await head({ IfNoneMatch: ETag })).toMatch(/^304/);
    expect(await head({ IfNoneMatch: '"other"' })).toBe('no error');
    expect(await head({ IfModifiedSince: after })).toMatch(/^304/);
    expect(await head({ IfModifiedSince: before })).toBe('no error');
    expect(await head({ IfUnmodifiedSince: before })).toMatch(/^412/);
  });

  test('conditions of writes: of many first writers one wins', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, at) => code(put('once', String(at), { IfNoneMatch: '*' }))),
    );
    expect(outcomes.filter((outcome) => outcome === 'no error')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === '412 PreconditionFailed')).toHaveLength(7);
    const { ETag } = await put('once', 'new');
    expect(await code(put('once', 'newer', { IfMatch: '"0"' }))).toBe('412 PreconditionFailed');
    expect(await code(put('once', 'newer', { IfMatch: ETag! }))).toBe('no error');
    expect(await code(put('never', 'x', { IfMatch: ETag! }))).toBe('404 NoSuchKey');
  });

  test('response headers can be chosen by the reader', async () => {
    await put('k');
    const read = await get('k', {
      ResponseContentType: 'text/csv',
      ResponseContentDisposition: 'attachment',
    });
    expect(read).toMatchObject({ ContentType: 'text/csv', ContentDisposition: 'attachment' });
  });

  test('what is not supported is refused rather than ignored', async () => {
    expect(await code(put('k', 'x', { ServerSideEncryption: 'aws:kms' }))).toBe('501 NotImplemented');
    expect(await code(put('k', 'x', { GrantRead: 'uri="x"' }))).toBe('501 NotImplemented');
    expect(await code(put('k', 'x', { StorageClass: 'ICE' as 'GLACIER' }))).toBe('400 InvalidStorageClass');
    expect(await code(put('x'.repeat(1025)))).toBe('400 KeyTooLongError');
    expect(await code(put('k', 'x', { Metadata: { a: 'x'.repeat(3000) } }))).toBe('400 MetadataTooLarge');
  });

  test('a copy keeps metadata and tags, or takes new ones', async () => {
    await put('from/ä b', 'hello', { Metadata: { a: '1' }, Tagging: 't=1', ContentType: 'text/plain' });
    const CopySource = `/${Bucket}/${encodeURIComponent('from/ä b')}`;
    const copied = await client.send(new s3.CopyObjectCommand({ Bucket, Key: 'to', CopySource }));
    expect(copied.CopyObjectResult?.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
    expect(await get('to')).toMatchObject({ Metadata: { a: '1' }, TagCount: 1, ContentType: 'text/plain' });
    const replace = {
      Bucket,
      Key: 'to',
      CopySource,
      MetadataDirective: 'REPLACE' as const,
      Metadata: { b: '2' },
    };
    await client.send(new s3.CopyObjectCommand(replace));
    expect((await get('to')).Metadata).toEqual({ b: '2' });
    const itself = { Bucket, Key: 'from/ä b', CopySource };
    expect(await code(client.send(new s3.CopyObjectCommand(itself)))).toBe('400 InvalidRequest');
    const nothing = { Bucket, Key: 'to', CopySource: `${Bucket}/missing` };
    expect(await code(client.send(new s3.CopyObjectCommand(nothing)))).toBe('404 NoSuchKey');
  });

  test('a copy needs the right to read its source', async () => {
    await put('from');
    house.deny = (request) => request.action === 's3:GetObject';
    const copy = new s3.CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/from` });
    expect(await code(client.send(copy))).toBe('403 AccessDenied');
  });

  test('who may not list is not told that a key is missing', async () => {
    house.deny = (request) => request.action === 's3:ListBucket';
    expect(await code(get('missing'))).toBe('403 AccessDenied');
  });

  test('many keys are deleted, each by its own right', async () => {
    await Promise.all(['a', 'b', 'c'].map((key) => put(key)));
    house.deny = (request) => request.resource.endsWith('/b');
    const output = await client.send(
      new s3.DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: ['a', 'b', 'c', 'missing'].map((Key) => ({ Key })) },
      }),
    );
    expect(output.Deleted?.map(({ Key }) => Key)).toEqual(['a', 'c', 'missing']);
    expect(output.Errors).toMatchObject([{ Key: 'b', Code: 'AccessDenied' }]);
    expect((await client.send(new s3.ListObjectsV2Command({ Bucket }))).KeyCount).toBe(1);
  });

  test('tags, ACL and attributes of objects', async () => {
    await put('k', 'hello', { ChecksumAlgorithm: 'CRC32' });
    const TagSet = [{ Key: 'a', Value: '1' }];
    await client.send(new s3.PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet } }));
    expect((await client.send(new s3.GetObjectTaggingCommand({ Bucket, Key: 'k' }))).TagSet).toEqual(TagSet);
    await client.send(new s3.DeleteObjectTaggingCommand({ Bucket, Key: 'k' }));
    expect((await client.send(new s3.GetObjectTaggingCommand({ Bucket, Key: 'k' }))).TagSet ?? []).toEqual(
      [],
    );
    await client.send(new s3.PutObjectAclCommand({ Bucket, Key: 'k', ACL: 'public-read' }));
    expect((await client.send(new s3.GetObjectAclCommand({ Bucket, Key: 'k' }))).Grants).toHaveLength(2);
    const attributes = await client.send(
      new s3.GetObjectAttributesCommand({
        Bucket,
        Key: 'k',
        ObjectAttributes: ['ETag', 'Checksum', 'ObjectSize', 'StorageClass'],
      }),
    );
    expect(attributes).toMatchObject({
      ETag: '5d41402abc4b2a76b9719d911017c592',
      ObjectSize: 5,
      StorageClass: 'STANDARD',
      Checksum: { ChecksumCRC32: 'NhCmhg==', ChecksumType: 'FULL_OBJECT' },
    });
  });
});

describe('the record of a call', () => {
  const recordOf = (operation: string) => {
    const report = house.reports.find(({ call }) => call.operation === operation)!;
    const { record } = report.operation;
    return {
      category: record?.category,
      eventName: record?.eventName ?? operation,
      requestParameters: record?.requestParameters?.(report.input as never, report.call),
      resources: record?.resources?.(report.input as never, report.call),
      additionalEventData: record?.additionalEventData?.(
        report.input as never,
        report.output as never,
        report.call,
      ),
    };
  };

  test('of an object is a data event with object and bucket', async () => {
    await put('a/b', 'hello', { ACL: 'bucket-owner-full-control' });
    await get('a/b');
    expect(recordOf('PutObject')).toMatchObject({
      category: 'Data',
      requestParameters: { bucketName: Bucket, key: 'a/b', 'x-amz-acl': 'bucket-owner-full-control' },
      resources: [
        { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${Bucket}/a/b` },
        { accountId: '111122223333', type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${Bucket}` },
      ],
      additionalEventData: {
        SignatureVersion: 'SigV4',
        AuthenticationMethod: 'AuthHeader',
        bytesTransferredIn: 5,
      },
    });
    expect(recordOf('GetObject').additionalEventData).toMatchObject({ bytesTransferredOut: 5 });
  });

  test('of a bucket is a management event in S3’s style', async () => {
    await client.send(new s3.GetPublicAccessBlockCommand({ Bucket })).catch(() => undefined);
    await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: 'p/' }));
    expect(recordOf('GetPublicAccessBlock')).toMatchObject({
      category: 'Management',
      eventName: 'GetBucketPublicAccessBlock',
      requestParameters: { bucketName: Bucket, publicAccessBlock: '' },
      resources: [{ accountId: '111122223333', type: 'AWS::S3::Bucket' }],
    });
    expect(recordOf('ListObjectsV2')).toMatchObject({
      category: 'Data',
      eventName: 'ListObjects',
      requestParameters: { bucketName: Bucket, prefix: 'p/', 'list-type': '2' },
    });
    expect(
      house.asked.some(
        ({ action, context }) => action === 's3:ListBucket' && context?.['s3:prefix'] === 'p/',
      ),
    ).toBe(true);
  });
});
