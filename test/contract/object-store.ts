import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../src/objects/index.ts';

/** An implementation under test: a store with one empty bucket. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  readonly bucket: string;
  close(): Promise<void>;
}

/** What every ObjectStore does alike; called once for each implementation. */
export function describeObjectStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`object store: ${name}`, () => {
    let subject: StoreUnderTest;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    const read = async (key: string, range?: { first: number; last: number }) =>
      buffer((await subject.store.get(subject.bucket, key, range)).body);
    const list = (request: Omit<Parameters<ObjectStore['list']>[0], 'bucket'>) =>
      subject.store.list({ bucket: subject.bucket, ...request });

    test.each([0, 1, 4096, 4097, 300_000])('gives back the %i bytes that were put', async (size) => {
      const bytes = randomBytes(size);
      const put = await subject.store.put(subject.bucket, `size/${size}`, bytes);
      const etag = createHash('md5').update(bytes).digest('hex');
      expect(put).toMatchObject({ size, etag });
      expect(await read(`size/${size}`)).toEqual(bytes);
      expect(await subject.store.head(subject.bucket, `size/${size}`)).toMatchObject({ size, etag });
    });

    test('takes a stream', async () => {
      const chunks = [randomBytes(3000), randomBytes(5000), randomBytes(1)];
      await subject.store.put(subject.bucket, 'stream', Readable.from(chunks));
      expect(await read('stream')).toEqual(Buffer.concat(chunks));
    });

    test('a stream that fails leaves what was there', async () => {
      await subject.store.put(subject.bucket, 'kept', Buffer.from('before'));
      async function* failing() {
        yield randomBytes(10_000);
        throw new Error('the sender went away');
      }
      await expect(
        subject.store.put(subject.bucket, 'kept', Readable.from(failing(), { objectMode: false })),
      ).rejects.toThrow('the sender went away');
      expect((await read('kept')).toString()).toBe('before');
    });

    test.each([
      [0, 0],
      [5, 9],
      [9_990, 9_999],
      [0, 9_999],
    ])('reads the bytes %i to %i', async (first, last) => {
      const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, at) => at % 251));
      await subject.store.put(subject.bucket, 'range', bytes);
      expect(await read('range', { first, last })).toEqual(bytes.subarray(first, last + 1));
    });

    test('keeps headers and metadata', async () => {
      const headers = {
        contentType: 'application/json',
        contentEncoding: 'gzip',
        metadata: { 'signature-algorithm': 'SHA256withRSA' },
      };
      await subject.store.put(subject.bucket, 'headers', Buffer.from('{}'), headers);
      expect((await subject.store.head(subject.bucket, 'headers'))?.headers).toMatchObject(headers);
      expect((await subject.store.get(subject.bucket, 'headers')).info.headers).toMatchObject(headers);
    });

    test('overwrites whole, also from large to small', async () => {
      await subject.store.put(subject.bucket, 'again', randomBytes(20_000));
      await subject.store.put(subject.bucket, 'again', Buffer.from('x'));
      expect((await read('again')).toString()).toBe('x');
    });

    test('deletes, and deletes again without a word', async () => {
      await subject.store.put(subject.bucket, 'gone', Buffer.from('x'));
      await subject.store.delete(subject.bucket, 'gone');
      await subject.store.delete(subject.bucket, 'gone');
      expect(await subject.store.head(subject.bucket, 'gone')).toBeUndefined();
      await expect(subject.store.get(subject.bucket, 'gone')).rejects.toMatchObject({ code: 'NoSuchKey' });
    });

    test('says that a bucket is missing', async () => {
      const missing = 'no-such-bucket-at-all-here';
      const noSuchBucket = { code: 'NoSuchBucket' };
      await expect(subject.store.put(missing, 'k', Buffer.from('x'))).rejects.toMatchObject(noSuchBucket);
      await expect(subject.store.get(missing, 'k')).rejects.toMatchObject(noSuchBucket);
      await expect(subject.store.head(missing, 'k')).rejects.toMatchObject(noSuchBucket);
      await expect(subject.store.list({ bucket: missing })).rejects.toMatchObject(noSuchBucket);
    });

    test.each([
      'a b+c%20',
      '../../etc/passwd',
      'ünï/código/日本語',
      'a//b',
      '.',
      "it's (fine)!",
      'x'.repeat(1024),
    ])('takes the key %j as it is', async (key) => {
      await subject.store.put(subject.bucket, `odd/${key}`.slice(0, 1024), Buffer.from(key));
      expect((await read(`odd/${key}`.slice(0, 1024))).toString()).toBe(key);
    });

    test('lists in the order of bytes, page by page, without gap or repeat', async () => {
      const keys = ['z', 'a', 'é', 'Z', '\u{1f600}', '\uffee', 'a/b', 'a0'].map((key) => `list/${key}`);
      for (const key of keys) await subject.store.put(subject.bucket, key, Buffer.from('x'));
      const found: string[] = [];
      for (let startAfter: string | undefined; ; ) {
        const page = await list({ prefix: 'list/', maxKeys: 3, ...(startAfter && { startAfter }) });
        found.push(...page.objects.map((object) => object.key));
        if (page.next === undefined) break;
        startAfter = page.next;
      }
      expect(found).toEqual(keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    });

    test('rolls keys up at a delimiter', async () => {
      for (const key of ['a/1', 'a/2', 'b', 'c/3']) {
        await subject.store.put(subject.bucket, `roll/${key}`, Buffer.from('x'));
      }
      const whole = await list({ prefix: 'roll/', delimiter: '/' });
      expect(whole.commonPrefixes).toEqual(['roll/a/', 'roll/c/']);
      expect(whole.objects.map((object) => object.key)).toEqual(['roll/b']);
      const first = await list({ prefix: 'roll/', delimiter: '/', maxKeys: 1 });
      expect(first).toMatchObject({ objects: [], commonPrefixes: ['roll/a/'], next: 'roll/a/' });
      const rest = await list({ prefix: 'roll/', delimiter: '/', startAfter: first.next! });
      expect(rest.commonPrefixes).toEqual(['roll/c/']);
      expect(rest.objects.map((object) => object.key)).toEqual(['roll/b']);
    });
  });
}
