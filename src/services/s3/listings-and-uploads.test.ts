import { createHash, randomBytes } from 'node:crypto';
import * as s3 from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { code, openS3House, type S3House } from './s3-house.fixture.ts';

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

describe('listings', () => {
  const keys = ['a', 'b/1', 'b/2', 'c d', 'é', '\u{1f600}', '\u0001'].sort((a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );

  test('both versions page through all keys, also those that XML cannot carry', async () => {
    await Promise.all(keys.map((key) => put(key)));
    const decode = (key: string | undefined) => decodeURIComponent((key ?? '').replaceAll('+', ' '));
    const first: string[] = [];
    for (let Marker: string | undefined; ; ) {
      const page = await client.send(
        new s3.ListObjectsCommand({ Bucket, MaxKeys: 2, EncodingType: 'url', ...(Marker && { Marker }) }),
      );
      first.push(...(page.Contents ?? []).map(({ Key }) => decode(Key)));
      expect(page.NextMarker).toBeUndefined();
      if (!page.IsTruncated) break;
      Marker = first.at(-1);
    }
    const second: string[] = [];
    for (let ContinuationToken: string | undefined; ; ) {
      const page = await client.send(
        new s3.ListObjectsV2Command({
          Bucket,
          MaxKeys: 3,
          EncodingType: 'url',
          ...(ContinuationToken && { ContinuationToken }),
        }),
      );
      second.push(...(page.Contents ?? []).map(({ Key }) => decode(Key)));
      if (!page.IsTruncated) break;
      ContinuationToken = page.NextContinuationToken;
    }
    expect([first, second]).toEqual([keys, keys]);
  });

  test('a delimiter rolls up, and version 1 then names the next marker', async () => {
    await Promise.all(['b/1', 'b/2', 'c', 'd/1'].map((key) => put(key)));
    const page = await client.send(new s3.ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 1 }));
    expect(page).toMatchObject({ CommonPrefixes: [{ Prefix: 'b/' }], NextMarker: 'b/', IsTruncated: true });
    const rest = await client.send(
      new s3.ListObjectsCommand({ Bucket, Delimiter: '/', Marker: page.NextMarker! }),
    );
    expect(rest).toMatchObject({
      CommonPrefixes: [{ Prefix: 'd/' }],
      Contents: [{ Key: 'c' }],
      IsTruncated: false,
    });
  });

  test('versions are the objects themselves', async () => {
    await put('a');
    const { Versions } = await client.send(new s3.ListObjectVersionsCommand({ Bucket }));
    expect(Versions).toMatchObject([{ Key: 'a', VersionId: 'null', IsLatest: true }]);
    await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'a', VersionId: 'null' }));
    expect((await client.send(new s3.ListObjectVersionsCommand({ Bucket }))).Versions ?? []).toEqual([]);
  });

  test.each([
    ['a made-up token', { ContinuationToken: 'xyz' }],
    ['a negative page', { MaxKeys: -1 }],
  ])('%s is an invalid argument', async (_, more) => {
    expect(await code(client.send(new s3.ListObjectsV2Command({ Bucket, ...more })))).toBe(
      '400 InvalidArgument',
    );
  });
});

describe('uploads in parts', () => {
  const MB5 = 5 * 1024 * 1024;

  test('parts become one object, with the checksum of the whole', async () => {
    const bytes = randomBytes(MB5 + 1000);
    const { UploadId } = await client.send(
      new s3.CreateMultipartUploadCommand({
        Bucket,
        Key: 'big',
        ChecksumAlgorithm: 'CRC32',
        ChecksumType: 'FULL_OBJECT',
      }),
    );
    const Parts: s3.CompletedPart[] = [];
    for (const [at, Body] of [bytes.subarray(0, MB5), bytes.subarray(MB5)].entries()) {
      const PartNumber = at + 2;
      const part = await client.send(
        new s3.UploadPartCommand({
          Bucket,
          Key: 'big',
          UploadId,
          PartNumber,
          Body,
          ChecksumAlgorithm: 'CRC32',
        }),
      );
      Parts.push({ PartNumber, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 });
    }
    const listed = await client.send(new s3.ListPartsCommand({ Bucket, Key: 'big', UploadId }));
    expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [2, MB5],
      [3, 1000],
    ]);
    const uploads = await client.send(new s3.ListMultipartUploadsCommand({ Bucket }));
    expect(uploads.Uploads).toMatchObject([{ Key: 'big', UploadId }]);
    const done = await client.send(
      new s3.CompleteMultipartUploadCommand({ Bucket, Key: 'big', UploadId, MultipartUpload: { Parts } }),
    );
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const whole = await put('same', bytes, { ChecksumAlgorithm: 'CRC32' });
    expect(done.ChecksumCRC32).toBe(whole.ChecksumCRC32);
    expect((await get('big')).bytes.equals(bytes)).toBe(true);
    expect((await get('big', { Range: `bytes=${MB5 - 2}-${MB5 + 1}` })).bytes).toEqual(
      bytes.subarray(MB5 - 2, MB5 + 2),
    );
    const second = await get('big', { PartNumber: 2 });
    expect([second.bytes.length, second.PartsCount]).toEqual([1000, 2]);
    expect((await client.send(new s3.ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).toEqual([]);
  });

  test('wrong completions are refused and can be repaired', async () => {
    const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: 'k' }));
    const upload = async (PartNumber: number, Body: string) =>
      (await client.send(new s3.UploadPartCommand({ Bucket, Key: 'k', UploadId, PartNumber, Body }))).ETag;
    const [one, two] = [await upload(1, 'small'), await upload(2, 'last')];
    const complete = (...Parts: s3.CompletedPart[]) =>
      code(
        client.send(
          new s3.CompleteMultipartUploadCommand({ Bucket, Key: 'k', UploadId, MultipartUpload: { Parts } }),
        ),
      );
    const [p1, p2] = [
      { PartNumber: 1, ETag: one },
      { PartNumber: 2, ETag: two },
    ];
    expect(await complete(p2, p1)).toBe('400 InvalidPartOrder');
    expect(await complete({ PartNumber: 1, ETag: two })).toBe('400 InvalidPart');
    expect(await complete({ PartNumber: 3, ETag: two })).toBe('400 InvalidPart');
    expect(await complete(p1, p2)).toBe('400 EntityTooSmall');
    expect(await complete()).toMatch(/^400/);
    expect(await complete(p2)).toBe('no error');
    expect((await get('k')).bytes.toString()).toBe('last');
    expect(await complete(p2)).toBe('404 NoSuchUpload');
  });

  test('an upload can be aborted, and parts copied', async () => {
    await put('source', '0123456789');
    const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: 'k' }));
    const copy = await client.send(
      new s3.UploadPartCopyCommand({
        Bucket,
        Key: 'k',
        UploadId,
        PartNumber: 1,
        CopySource: `${Bucket}/source`,
        CopySourceRange: 'bytes=2-4',
      }),
    );
    expect(copy.CopyPartResult?.ETag).toBe(`"${createHash('md5').update('234').digest('hex')}"`);
    await client.send(new s3.AbortMultipartUploadCommand({ Bucket, Key: 'k', UploadId }));
    expect(await code(client.send(new s3.ListPartsCommand({ Bucket, Key: 'k', UploadId })))).toBe(
      '404 NoSuchUpload',
    );
  });
});
