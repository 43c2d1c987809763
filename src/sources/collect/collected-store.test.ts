import { appendFileSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BlockWriter } from './block.ts';
import { BlockMemory } from './block-memory.ts';
import type { CollectedRecord } from './collected.ts';
import {
  type BlockLimits,
  type CollectedStore,
  type DealtFile,
  openCollectedStore,
} from './collected-store.ts';
import { inspectCollected } from './inspect.ts';
import { MarkWriter } from './marks.ts';

const NOW = Date.UTC(2026, 10, 21);
let path: string;
let store: CollectedStore;

beforeEach(async () => {
  path = mkdtempSync(join(tmpdir(), 'collected-'));
  open();
  await store.book.enroll('s');
});
afterEach(async () => {
  await store.close();
  rmSync(path, { recursive: true });
});

/** A file with one record. */
function fileOf(eventId: string, bytes = 0): DealtFile {
  const raw = Buffer.from(JSON.stringify({ eventID: eventId, more: 'x'.repeat(bytes) }));
  const fields = {
    ...{ account: '111111111111', region: 'us-east-1', source: 's3.amazonaws.com', name: 'PutObject' },
    ...{ user: '', arn: '', accessKeyId: '', sourceIp: '', errorCode: '', readOnly: '', category: '' },
  };
  const origin = { sourceId: 's', bucket: 'b', key: eventId, arrivedAt: NOW };
  const record = { position: 0, eventId, time: NOW, fields, enrichment: {}, raw };
  const block = new BlockWriter();
  block.begin(origin, 'default');
  block.add({ ...record, rule: 'all', tags: [], priority: '' });
  const marks = new MarkWriter();
  marks.add(eventId, NOW, raw);
  return {
    ref: { sourceId: 's', bucket: 'b', key: eventId, etag: 'x', size: raw.length, day: 0 },
    outcome: 'done',
    content: {
      blocks: [{ block: block.finish(new BlockMemory(0)), marks: marks.finish() }],
      ...{ records: 1, early: 0, discarded: new Map(), invalid: 0, foreign: 0, bytes: raw.length },
    },
  };
}

test('what is on its way to the disk is never trimmed', async () => {
  let cursor = 0;
  store.hold('reader', () => cursor);
  for (let round = 0; round < 200; round++) {
    const committing = store.commit(fileOf(`e${round}`));
    // The reader has read all that there is; the commit is somewhere on its way.
    for (let turn = 0; turn < round % 20; turn++) await setImmediate();
    await store.trim();
    await committing;
    const { records, next } = await store.read(cursor, { maxBytes: 1 << 20 });
    expect(records.map(({ eventId }) => eventId)).toEqual([`e${round}`]);
    cursor = next;
  }
});

test('blocks are read from and to any number, and each record is in one of them once', async () => {
  for (let file = 0; file < 5; file++) await store.commit(fileOf(`e${file}`));
  const ids = (from: number, limits: BlockLimits) => {
    const { from: first, next, blocks } = store.readBlocks(from, limits);
    expect(blocks.reduce((sum, { count }) => sum + count, 0)).toBe(next - first);
    return [
      next,
      ...blocks.flatMap((block) => block.records().map(({ seq, eventId }) => `${seq} ${eventId}`)),
    ];
  };
  expect(ids(0, { maxBytes: 1 << 20 })).toEqual([5, '0 e0', '1 e1', '2 e2', '3 e3', '4 e4']);
  expect(ids(1, { maxBytes: 1 << 20, to: 3 })).toEqual([3, '1 e1', '2 e2']);
  expect(ids(3, { maxBytes: 1 })).toEqual([4, '3 e3']);
  expect(ids(1, { maxBytes: 1 << 20, maxBlocks: 2 })).toEqual([3, '1 e1', '2 e2']);
  expect(ids(5, { maxBytes: 1 << 20 })).toEqual([5]);
  expect(store.bytesFrom(5)).toBe(0);
  expect(store.bytesFrom(0)).toBe(store.heldBytes());
  expect(store.bytesFrom(4)).toBeGreaterThan(0);
  expect(store.bytesFrom(4)).toBeLessThan(store.bytesFrom(3));
});

test('large blocks lie in files, and the log is the same for all who read, also after a restart', async () => {
  await reopen({ fileBytes: 200_000 });
  // Every third one is small, and lies in the database.
  const sizes = Array.from({ length: 12 }, (_, file) => (file % 3 === 2 ? 10 : 70_000 + file));
  await Promise.all(sizes.slice(0, 5).map((bytes, file) => store.commit(fileOf(`e${file}`, bytes))));
  for (const [at, bytes] of sizes.slice(5).entries()) await store.commit(fileOf(`e${at + 5}`, bytes));
  const names = sizes.map((_, file) => `e${file}`);
  const all = async () => {
    const { records } = await store.read(0, { maxBytes: 1 << 30 });
    const { blocks, next } = store.readBlocks(0, { maxBytes: 1 << 30, into: Buffer.alloc(200_000) });
    expect(blocks.flatMap((block) => block.records()).map(readable)).toEqual(records.map(readable));
    expect(next).toBe(store.head());
    expect(records.map(({ raw }) => raw.length)).toEqual(
      sizes.map((bytes, file) => bytes + 25 + `${file}`.length),
    );
    return records.map(({ eventId }) => eventId);
  };
  expect(await all()).toEqual(names);
  const bytes = [store.heldBytes(), store.bytesFrom(7)];
  expect(files().length).toBeGreaterThan(2);
  const files2 = files();
  await reopen({ fileBytes: 200_000 });
  expect(files()).toEqual(files2);
  expect(await all()).toEqual(names);
  expect([store.heldBytes(), store.bytesFrom(7)]).toEqual(bytes);
  await store.commit(fileOf('e12', 70_000));
  sizes.push(70_000);
  expect(await all()).toEqual([...names, 'e12']);
  expect(await inspected()).toEqual([]);
});

test('files are given up when all readers have passed them, and the next one is written over the last of these', async () => {
  let mayRemove = false;
  await reopen({ fileBytes: 100_000, mayRemove: () => mayRemove });
  let cursor = 0;
  store.hold('reader', () => cursor);
  for (let file = 0; file < 6; file++) await store.commit(fileOf(`e${file}`, 70_000));
  expect(files()).toEqual(['blocks-0', 'blocks-2', 'blocks-4']);
  cursor = 5;
  // A backup is copying.
  await store.trim();
  expect(files()).toEqual(['blocks-0', 'blocks-2', 'blocks-4']);
  mayRemove = true;
  await store.trim();
  expect(files()).toEqual(['blocks-4', 'spare']);
  await store.commit(fileOf('e6', 30_000));
  expect(files()).toEqual(['blocks-4', 'spare']);
  await store.commit(fileOf('e7', 80_000));
  expect(files()).toEqual(['blocks-4', 'blocks-7']);
  const ids = async () => (await store.read(5, { maxBytes: 1 << 30 })).records.map(({ eventId }) => eventId);
  expect(await ids()).toEqual(['e5', 'e6', 'e7']);
  await reopen({ fileBytes: 100_000 });
  expect(await ids()).toEqual(['e5', 'e6', 'e7']);
  expect(await inspected()).toEqual([]);
});

test('as many blocks as may come at once are written at once', async () => {
  await reopen({ leastInFile: 1 });
  await Promise.all(Array.from({ length: 3_000 }, (_, file) => store.commit(fileOf(`e${file}`))));
  const { records } = await store.read(0, { maxBytes: 1 << 30 });
  expect(records.map(({ eventId }) => eventId)).toEqual(
    Array.from({ length: 3_000 }, (_, file) => `e${file}`),
  );
  expect(files()).toEqual(['blocks-0']);
});

test('a log whose large blocks lie in the database, as they once did, is read and gone on with', async () => {
  await reopen({ leastInFile: 1 << 30 });
  for (let file = 0; file < 3; file++) await store.commit(fileOf(`e${file}`, 400_000));
  await reopen();
  for (let file = 3; file < 5; file++) await store.commit(fileOf(`e${file}`, 400_000));
  expect(files()).toEqual(['blocks-3']);
  const { records } = await store.read(0, { maxBytes: 1 << 30 });
  expect(records.map(({ eventId }) => eventId)).toEqual(['e0', 'e1', 'e2', 'e3', 'e4']);
  expect(await inspected()).toEqual([]);
  store.hold('reader', () => 4);
  await store.trim();
  expect([store.tail(), store.head()]).toEqual([4, 5]);
});

test('what a crash left behind the last commit goes, and its numbers are given out again', async () => {
  await store.commit(fileOf('e0', 70_000));
  await store.close();
  // Written, and the commit that tells of it never came.
  writeFileSync(join(path, 'blocks', 'blocks-1'), 'x'.repeat(500));
  appendFileSync(join(path, 'blocks', 'blocks-0'), 'y'.repeat(500));
  open();
  expect(files()).toEqual(['blocks-0']);
  await store.commit(fileOf('e1', 70_000));
  expect(files()).toEqual(['blocks-0', 'blocks-1']);
  const { records } = await store.read(0, { maxBytes: 1 << 30 });
  expect(records.map(({ seq, eventId }) => `${seq} ${eventId}`)).toEqual(['0 e0', '1 e1']);
});

test('a check names blocks that are gone or cut short, and a reader is told instead of given others', async () => {
  await reopen({ fileBytes: 1 });
  for (let file = 0; file < 3; file++) await store.commit(fileOf(`e${file}`, 70_000));
  await store.close();
  rmSync(join(path, 'blocks', 'blocks-1'));
  truncateSync(join(path, 'blocks', 'blocks-2'), 60_000);
  expect(await inspected()).toEqual([
    'unreadable: the row 1 of the table blocks cannot be read',
    'unreadable: the row 2 of the table blocks cannot be read',
  ]);
  open();
  expect((await store.read(0, { maxBytes: 1 })).records).toHaveLength(1);
  await expect(store.read(1, { maxBytes: 1 })).rejects.toThrow('ENOENT');
  await expect(store.read(2, { maxBytes: 1 })).rejects.toThrow(/blocks-2 ends before byte/);
});

function open(options: Partial<Parameters<typeof openCollectedStore>[0]> = {}): void {
  store = openCollectedStore({ path, now: () => NOW, maxBytes: 1 << 30, ...options });
}

async function reopen(options: Partial<Parameters<typeof openCollectedStore>[0]> = {}): Promise<void> {
  await store.close();
  open(options);
}

function files(): readonly string[] {
  const name = (file: string) => Number(/\d+/.exec(file)?.[0] ?? Number.POSITIVE_INFINITY);
  return readdirSync(join(path, 'blocks')).sort((a, b) => name(a) - name(b));
}

/** Text is compared a thousand times faster than bytes are. */
function readable(record: CollectedRecord) {
  return { ...record, raw: String(record.raw) };
}

/** What a check says. */
async function inspected(): Promise<readonly string[]> {
  const said: string[] = [];
  await inspectCollected(path, (kind, message) => said.push(`${kind}: ${message}`));
  return said;
}
