import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BlockWriter } from './block.ts';
import { BlockMemory } from './block-memory.ts';
import {
  type BlockLimits,
  type CollectedStore,
  type DealtFile,
  openCollectedStore,
} from './collected-store.ts';
import { MarkWriter } from './marks.ts';

const NOW = Date.UTC(2026, 10, 21);
let path: string;
let store: CollectedStore;

beforeEach(async () => {
  path = mkdtempSync(join(tmpdir(), 'collected-'));
  store = openCollectedStore({ path, now: () => NOW, maxBytes: 1 << 30 });
  await store.book.enroll('s');
});
afterEach(async () => {
  await store.close();
  rmSync(path, { recursive: true });
});

/** A file with one record. */
function fileOf(eventId: string): DealtFile {
  const raw = Buffer.from(JSON.stringify({ eventID: eventId }));
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
