import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EmbeddedObjects } from '../embedded-objects.ts';
import type { RetentionMode } from '../object-lock.ts';
import { openFsObjectStore } from './open.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 1, 27);

let path: string;
let clock: number;
let store: EmbeddedObjects;
const open = () => openFsObjectStore({ path, now: () => clock });
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'locks-'));
  clock = START;
  store = open();
  const owner = { account: '111122223333', region: 'us-east-1' };
  await store.createBucket({ ...owner, name: 'plain' });
  await store.createBucket({ ...owner, name: 'locked', config: { objectLock: {} } });
});
afterEach(async () => {
  await store.close();
  await rm(path, { recursive: true });
});

const held = { code: 'AccessDenied', message: 'Access Denied because object protected by object lock.' };
const write = (body: string, more: object = {}) =>
  store.write({ bucket: 'locked', key: 'log', body: Buffer.from(body), ...more });
const lockFor = (mode: RetentionMode, days: number) => ({
  lock: { retention: { mode, until: START + days * DAY } },
});
const text = async () => (await buffer((await store.get('locked', 'log')).body)).toString();

describe.each(['GOVERNANCE', 'COMPLIANCE'] as const)('an object under %s', (mode) => {
  beforeEach(() => write('first', lockFor(mode, 10)));

  test('is neither deleted nor overwritten before its date, and both after it', async () => {
    await expect(store.delete('locked', 'log')).rejects.toMatchObject(held);
    await expect(write('second')).rejects.toMatchObject(held);
    expect(await text()).toBe('first');
    clock = START + 10 * DAY - 1;
    await expect(store.delete('locked', 'log')).rejects.toMatchObject(held);
    clock += 1;
    await write('second');
    expect(await text()).toBe('second');
    await store.delete('locked', 'log');
    expect(await store.head('locked', 'log')).toBeUndefined();
  });

  test('is held after a restart, too', async () => {
    await store.close();
    store = open();
    await expect(store.delete('locked', 'log')).rejects.toMatchObject(held);
  });

  test('can be held longer, not shorter and not in another mode', async () => {
    const change = (next: RetentionMode, days: number) =>
      store.changeRetention('locked', 'log', { mode: next, until: START + days * DAY });
    await change(mode, 20);
    const other = mode === 'GOVERNANCE' ? 'COMPLIANCE' : 'GOVERNANCE';
    await expect(change(mode, 19)).rejects.toMatchObject(held);
    await expect(change(other, 30)).rejects.toMatchObject(held);
    await expect(store.changeRetention('locked', 'log', undefined)).rejects.toMatchObject(held);
    expect((await store.head('locked', 'log'))?.lock).toEqual({
      retention: { mode, until: START + 20 * DAY },
    });
  });

  test('is not replaced by a multipart upload or emptied by deleting its bucket', async () => {
    const upload = await store.createUpload({
      bucket: 'locked',
      key: 'log',
      headers: {},
      checksum: { algorithm: 'crc64nvme', type: 'FULL_OBJECT' },
      initiator: 'root',
    });
    const { etag } = await store.writePart(upload, 1, Buffer.from('second'));
    await expect(store.completeUpload(upload, [{ number: 1, etag }])).rejects.toMatchObject(held);
    await expect(store.deleteBucket('locked')).rejects.toMatchObject({ code: 'BucketNotEmpty' });
    expect(await text()).toBe('first');
  });

  test('a writer that repeats itself succeeds with the same bytes only, and changes nothing', async () => {
    const before = await store.head('locked', 'log');
    clock += DAY;
    await write('first', { mayRepeat: true });
    expect(await store.head('locked', 'log')).toEqual(before);
    await expect(write('other', { mayRepeat: true })).rejects.toMatchObject(held);
  });
});

test('governance gives way to who may bypass it, compliance never', async () => {
  const bypass = { bypassGovernance: true };
  await write('first', lockFor('COMPLIANCE', 10));
  await expect(store.delete('locked', 'log', bypass)).rejects.toMatchObject(held);
  await expect(store.changeRetention('locked', 'log', undefined, bypass)).rejects.toMatchObject(held);
  clock = START + 11 * DAY;
  await write('second', { lock: { retention: { mode: 'GOVERNANCE', until: clock + DAY } } });
  await store.changeRetention('locked', 'log', undefined, bypass);
  await store.delete('locked', 'log');
});

test('a legal hold needs no date and cannot be bypassed', async () => {
  await write('first');
  await store.changeLegalHold('locked', 'log', true);
  clock += 10_000 * DAY;
  await expect(store.delete('locked', 'log', { bypassGovernance: true })).rejects.toMatchObject(held);
  await store.changeLegalHold('locked', 'log', false);
  await store.delete('locked', 'log');
});

test.each([
  ['days', 3, START + 3 * DAY],
  ['years', 2, Date.UTC(2028, 1, 27)],
] as const)(
  "new objects get the bucket's default of some %s, older ones keep theirs",
  async (unit, count, until) => {
    await write('old');
    const defaultRetention = { mode: 'COMPLIANCE', unit, count } as const;
    await store.changeBucket('locked', (config) => ({ ...config, objectLock: { defaultRetention } }));
    await store.delete('locked', 'log');
    expect((await write('new')).lock).toEqual({ retention: { mode: 'COMPLIANCE', until } });
    expect((await store.head('locked', 'log'))?.lock).toEqual({ retention: { mode: 'COMPLIANCE', until } });
  },
);

test('a bucket without object lock holds nothing', async () => {
  const request = { bucket: 'plain', key: 'log', body: Buffer.from('x') };
  await expect(store.write({ ...request, lock: { legalHold: true } })).rejects.toMatchObject({
    code: 'InvalidRequest',
  });
  expect(await store.head('plain', 'log')).toBeUndefined();
  await store.write(request);
  await expect(store.changeLegalHold('plain', 'log', true)).rejects.toMatchObject({ code: 'InvalidRequest' });
});
