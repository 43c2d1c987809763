import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EmbeddedObjects } from '../embedded-objects.ts';
import { openFsObjectStore } from './open.ts';

let path: string;
let store: EmbeddedObjects;
const reopen = (reserveBytes?: number) => {
  store = openFsObjectStore({ path, now: () => 0, ...(reserveBytes !== undefined && { reserveBytes }) });
};
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'objects-'));
  reopen();
  await store.createBucket({ name: 'bucket', account: '111122223333', region: 'us-east-1' });
});
afterEach(async () => {
  await store.close();
  await rm(path, { recursive: true });
});

/** Names of all data files, temporary ones too. */
async function dataFiles(): Promise<string[]> {
  const entries = await readdir(join(path, 'data'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

const read = async (key: string) => buffer((await store.get('bucket', key)).body);

test('objects and buckets are there after a restart', async () => {
  const large = randomBytes(50_000);
  await store.put('bucket', 'large', large);
  await store.put('bucket', 'small', Buffer.from('x'));
  await store.changeBucket('bucket', (config) => ({ ...config, policy: '{}' }));
  await store.close();
  reopen();
  expect(await read('large')).toEqual(large);
  expect((await read('small')).toString()).toBe('x');
  expect(store.findBucket('bucket')?.config.policy).toBe('{}');
});

test('a start removes what a crash left, and nothing else', async () => {
  const large = randomBytes(50_000);
  await store.put('bucket', 'kept', large);
  await store.close();
  // Renamed but never entered into the index; and still being written.
  await writeFile(join(path, 'data', 'ab', 'abandoned'), 'x');
  await writeFile(join(path, 'data', 'tmp', 'half'), 'x');
  reopen();
  expect(await store.swept).toBe(2);
  expect(await dataFiles()).toHaveLength(1);
  expect(await read('kept')).toEqual(large);
});

test('small objects make no files, overwritten and deleted ones leave none', async () => {
  await store.put('bucket', 'small', randomBytes(4096));
  expect(await dataFiles()).toEqual([]);
  await store.put('bucket', 'k', randomBytes(5000));
  await store.put('bucket', 'k', randomBytes(6000));
  expect(await dataFiles()).toHaveLength(1);
  await store.delete('bucket', 'k');
  expect(await dataFiles()).toEqual([]);
});

test('a body that fails, is short or does not match its sum leaves nothing', async () => {
  async function* failing() {
    yield randomBytes(10_000);
    throw new Error('gone');
  }
  const body = () => Readable.from([randomBytes(10_000)]);
  const write = (checks: object, stream: Readable) =>
    store.write({ bucket: 'bucket', key: 'k', body: stream, checks });
  await expect(write({}, Readable.from(failing(), { objectMode: false }))).rejects.toThrow('gone');
  await expect(write({ size: 9_999 }, body())).rejects.toMatchObject({ code: 'IncompleteBody' });
  await expect(write({ size: 10_001 }, body())).rejects.toMatchObject({ code: 'IncompleteBody' });
  await expect(write({ md5: 'AAAA' }, body())).rejects.toMatchObject({ code: 'BadDigest' });
  await expect(write({ checksums: new Map([['sha256', 'AAAA']]) }, body())).rejects.toMatchObject({
    code: 'BadDigest',
  });
  expect(await dataFiles()).toEqual([]);
  expect(await store.head('bucket', 'k')).toBeUndefined();
});

test('a reader has the object to its end, whatever happens to it meanwhile', async () => {
  const large = randomBytes(300_000);
  await store.put('bucket', 'k', large);
  const { body } = await store.get('bucket', 'k');
  await store.put('bucket', 'k', Buffer.from('new'));
  await store.delete('bucket', 'k');
  expect(await buffer(body)).toEqual(large);
});

test('a full disk is refused in words, and everything stays as it was', async () => {
  await store.put('bucket', 'k', Buffer.from('before'));
  await store.close();
  reopen(Number.MAX_SAFE_INTEGER);
  const refused = store.put('bucket', 'k', randomBytes(10_000));
  await expect(refused).rejects.toMatchObject({ code: 'InsufficientStorage' });
  expect((await read('k')).toString()).toBe('before');
  expect(await dataFiles()).toEqual([]);
});

test('an aborted upload and a deleted bucket take their parts with them', async () => {
  const begin = () =>
    store.createUpload({
      bucket: 'bucket',
      key: 'k',
      headers: {},
      checksum: { algorithm: 'crc64nvme', type: 'FULL_OBJECT' },
      initiator: 'me',
    });
  const first = await begin();
  await store.writePart(first, 1, randomBytes(9000));
  await store.writePart(first, 1, randomBytes(9000));
  expect(await dataFiles()).toHaveLength(1);
  await store.abortUpload(first);
  const second = await begin();
  await store.writePart(second, 1, randomBytes(9000));
  await store.deleteBucket('bucket');
  expect(await dataFiles()).toEqual([]);
});
