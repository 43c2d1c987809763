import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestServer } from './server.ts';

describe('aws s3 and s3api', () => {
  let server: TestServer;
  const local = (name: string) => join(server.folder, name);

  beforeAll(async () => {
    server = await TestServer.start();
    await server.aws.text('s3', 'mb', 's3://files');
  });

  afterAll(async () => {
    await server?.dispose();
  });

  test('cp brings a file up and down unchanged, with its content type and metadata', async () => {
    writeFileSync(local('hello.txt'), 'hello, trail\n');
    await server.aws.text('s3', 'cp', 'hello.txt', 's3://files/a/hello.txt', '--metadata', 'team=audit');
    await server.aws.text('s3', 'cp', 's3://files/a/hello.txt', 'back.txt');
    expect(readFileSync(local('back.txt'), 'utf8')).toBe('hello, trail\n');
    expect(
      await server.aws.json('s3api', 'head-object', '--bucket', 'files', '--key', 'a/hello.txt'),
    ).toMatchObject({
      ContentLength: 13,
      ContentType: 'text/plain',
      ETag: `"${createHash('md5').update('hello, trail\n').digest('hex')}"`,
      Metadata: { team: 'audit' },
    });
  });

  test.each(['ü ö/ä.txt', 'plus+and space', 'percent%2Fname', "quote'&<name>.txt", '日本/語'])(
    'the key %s',
    async (key) => {
      await server.aws.text('s3', 'cp', 'hello.txt', `s3://files/odd/${key}`);
      expect(await server.aws.text('s3', 'cp', `s3://files/odd/${key}`, '-')).toBe('hello, trail\n');
      expect(await server.aws.text('s3', 'ls', '--recursive', 's3://files/odd/')).toContain(key);
    },
  );

  test('a file of 20 MB goes up in parts and comes back as it was', async () => {
    const bytes = Buffer.alloc(20 * 1024 * 1024);
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
    writeFileSync(local('large.bin'), bytes);
    await server.aws.text('s3', 'cp', '--quiet', 'large.bin', 's3://files/large.bin');
    const head = await server.aws.json('s3api', 'head-object', '--bucket', 'files', '--key', 'large.bin');
    expect(head.ContentLength).toBe(bytes.length);
    expect(head.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    await server.aws.text('s3', 'cp', '--quiet', 's3://files/large.bin', 'large-back.bin');
    expect(readFileSync(local('large-back.bin')).equals(bytes)).toBe(true);
  });

  test('a copy within the store keeps content and metadata', async () => {
    await server.aws.text('s3', 'cp', 's3://files/a/hello.txt', 's3://files/b/copy.txt');
    expect(
      await server.aws.json('s3api', 'head-object', '--bucket', 'files', '--key', 'b/copy.txt'),
    ).toMatchObject({
      ContentLength: 13,
      Metadata: { team: 'audit' },
    });
  });

  test('get-object of a range', async () => {
    const args = ['--bucket', 'files', '--key', 'a/hello.txt', '--range', 'bytes=7-11', 'range.txt'];
    expect(await server.aws.json('s3api', 'get-object', ...args)).toMatchObject({
      ContentLength: 5,
      ContentRange: 'bytes 7-11/13',
    });
    expect(readFileSync(local('range.txt'), 'utf8')).toBe('trail');
  });

  test('ls shows folders, keys and a summary', async () => {
    const folders = await server.aws.text('s3', 'ls', 's3://files/');
    expect(folders).toMatch(/PRE a\/\n/);
    expect(folders).toMatch(/20971520 large\.bin/);
    const all = await server.aws.text('s3', 'ls', '--recursive', '--summarize', 's3://files/a/');
    expect(all).toMatch(/13 a\/hello\.txt/);
    expect(all).toMatch(/Total Objects: 1\s+Total Size: 13/);
  });

  test('list-objects-v2 and list-objects page through with delimiter, start-after and marker', async () => {
    const listed = await server.aws.json(
      ...'s3api list-objects-v2 --bucket files --delimiter / --start-after a/z --max-keys 1 --no-paginate'.split(
        ' ',
      ),
    );
    expect(listed).toMatchObject({ CommonPrefixes: [{ Prefix: 'b/' }], IsTruncated: true });
    const paged = await server.aws.json(
      ...'s3api list-objects --bucket files --prefix odd/ --page-size 2'.split(' '),
    );
    expect(paged.Contents).toHaveLength(5);
  });

  test('sync sends what changed, and removes what is gone', async () => {
    mkdirSync(local('tree/inner'), { recursive: true });
    for (const name of ['one', 'two', 'inner/three']) writeFileSync(local(`tree/${name}`), name);
    const first = await server.aws.text('s3', 'sync', 'tree', 's3://files/tree');
    expect(first.match(/upload: /g)).toHaveLength(3);
    expect(await server.aws.text('s3', 'sync', 'tree', 's3://files/tree')).toBe('');
    await server.aws.text('s3', 'sync', 's3://files/tree', 'tree-back');
    expect(readFileSync(local('tree-back/inner/three'), 'utf8')).toBe('inner/three');
    mkdirSync(local('empty'));
    const removed = await server.aws.text('s3', 'sync', '--delete', 'empty', 's3://files/tree');
    expect(removed.match(/delete: /g)).toHaveLength(3);
  });

  test('a presigned address opens the object, until it is changed', async () => {
    // The CLI's version 1 signs addresses of older Regions with the version before SigV4.
    const signer = server.aws.with({ AWS_REGION: 'eu-central-1', AWS_DEFAULT_REGION: 'eu-central-1' });
    const address = (
      await signer.text('s3', 'presign', 's3://files/a/hello.txt', '--expires-in', '60')
    ).trim();
    const answer = await fetch(address);
    expect([answer.status, await answer.text()]).toEqual([200, 'hello, trail\n']);
    const forged = await fetch(address.replace('hello.txt', 'other.txt'));
    expect(forged.status).toBe(403);
    expect(await forged.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
  });

  test('what is not there is refused in words of S3', async () => {
    const get = await server.aws.refusal(...'s3api get-object --bucket files --key none out'.split(' '));
    expect(get).toContain(
      '(NoSuchKey) when calling the GetObject operation: The specified key does not exist.',
    );
    const list = await server.aws.refusal(...'s3api list-objects-v2 --bucket nowhere-at-all'.split(' '));
    expect(list).toContain(
      '(NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist',
    );
    const policy = await server.aws.refusal(...'s3api get-bucket-policy --bucket files'.split(' '));
    expect(policy).toContain('(NoSuchBucketPolicy)');
  });

  test('rb refuses a bucket with objects, and with --force empties it', async () => {
    await server.aws.text('s3', 'mb', 's3://soon-gone');
    await server.aws.text('s3', 'cp', 'hello.txt', 's3://soon-gone/x');
    expect(await server.aws.refusal('s3', 'rb', 's3://soon-gone')).toContain('(BucketNotEmpty)');
    await server.aws.text('s3', 'rb', '--force', 's3://soon-gone');
    expect(await server.aws.text('s3', 'ls')).not.toContain('soon-gone');
  });

  test('rm --recursive takes many away in one request', async () => {
    await server.aws.text('s3', 'rm', '--recursive', 's3://files/odd/');
    const left = await server.aws.json(...'s3api list-objects-v2 --bucket files --prefix odd/'.split(' '));
    expect(left.Contents).toBeUndefined();
  });

  test('a bucket named like a path of the service is a bucket when the request is signed for s3', async () => {
    await server.aws.text('s3', 'mb', 's3://metrics');
    await server.aws.text('s3', 'cp', 'hello.txt', 's3://metrics/x');
    expect(await server.aws.text('s3', 'ls', 's3://metrics/')).toContain(' x\n');
    expect((await fetch(`${server.url}/metrics`)).headers.get('content-type')).toContain('text/plain');
  });
});
