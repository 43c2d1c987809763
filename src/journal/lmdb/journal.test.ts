import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AcceptedEvent } from '../../event/index.ts';
import { fillDisk } from '../../lmdb/full-disk.fixture.ts';
import type { Journal } from '../journal.ts';
import { openLmdbJournal } from './journal.ts';

vi.mock('../../lmdb/index.ts', async (original) =>
  (await import('../../lmdb/full-disk.fixture.ts')).watchedDoor(original),
);

const ALL = { maxBytes: Number.POSITIVE_INFINITY };

let path: string;
let time: number;
let journal: Journal;
const reopen = async () => {
  await journal.close();
  journal = openLmdbJournal({ path, now: () => time });
};
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'journal-'));
  time = Date.UTC(2026, 10, 1);
  journal = openLmdbJournal({ path, now: () => time });
});
afterEach(async () => {
  await journal.close();
  await rm(path, { recursive: true });
});

function event(eventId: string, size = 20, account = '111111111111'): AcceptedEvent {
  const raw = Buffer.from(JSON.stringify({ eventId }).padEnd(size));
  return { account, region: 'us-east-1', eventId, time: 1_000, category: 'Management', raw };
}
const idsOf = (events: readonly AcceptedEvent[]) => events.map(({ eventId }) => eventId);

describe('the lmdb journal', () => {
  it('gives back what was appended, in order, also after it was opened again', async () => {
    await Promise.all([journal.append([event('a'), event('b')]), journal.append([event('c')])]);
    await reopen();
    await journal.append([event('d')]);
    const range = await journal.read(0, ALL);
    expect(idsOf(range.events)).toEqual(['a', 'b', 'c', 'd']);
    expect(range.events[2]).toMatchObject({ ...event('c'), seq: 2, acceptedAt: time });
    expect(range.next).toEqual({ seq: 4, bytes: 80 });
    expect(journal.head()).toEqual({ seq: 4, bytes: 80 });
  });

  it('accepts an id once, within a batch, across requests and across a restart', async () => {
    expect(await journal.append([event('a'), event('a'), event('b')])).toEqual([
      'accepted',
      'duplicate',
      'accepted',
    ]);
    await reopen();
    const two = await Promise.all([journal.append([event('b'), event('c')]), journal.append([event('c')])]);
    expect(two).toEqual([['duplicate', 'accepted'], ['duplicate']]);
    expect(idsOf((await journal.read(0, ALL)).events)).toEqual(['a', 'b', 'c']);
  });

  it('keeps the ids of two accounts apart, UUIDs and others', async () => {
    const uuid = '0c8dd9e2-bf05-4c1b-9a0e-1f2d3c4b5a69';
    const outcomes = await journal.append([
      event(uuid),
      event(uuid, 20, '222222222222'),
      event('x'),
      event('x', 20, '222222222222'),
    ]);
    expect(new Set(outcomes)).toEqual(new Set(['accepted']));
  });

  it('forgets an id after two days', async () => {
    await journal.append([event('a')]);
    time += 86_400_000;
    expect(await journal.append([event('a')])).toEqual(['duplicate']);
    time += 86_400_000;
    await journal.append([event('z')]);
    await journal.trim(0);
    expect(await journal.append([event('a')])).toEqual(['accepted']);
  });

  it('forgets ids of before the last start too', async () => {
    await journal.append([event('a')]);
    await journal.trim(1);
    time += 3 * 86_400_000;
    await reopen();
    await journal.trim(1);
    expect(await journal.append([event('a')])).toEqual(['accepted']);
  });

  it('reads a range by bytes and by end, from the middle of a batch', async () => {
    await journal.append(['a', 'b', 'c', 'd'].map((id) => event(id, 100)));
    const first = await journal.read(0, { maxBytes: 150 });
    expect(idsOf(first.events)).toEqual(['a', 'b']);
    expect(first.next).toEqual({ seq: 2, bytes: 200 });
    const second = await journal.read(first.next.seq, { ...ALL, to: 3 });
    expect(idsOf(second.events)).toEqual(['c']);
    expect((await journal.read(4, ALL)).events).toEqual([]);
  });

  it('cuts a large append into batches and reads across them', async () => {
    const many = Array.from({ length: 30 }, (_, index) => event(`e${index}`, 100_000));
    await journal.append(many);
    const range = await journal.read(5, ALL);
    expect(idsOf(range.events)).toEqual(idsOf(many.slice(5)));
    expect(range.next.bytes).toBe(3_000_000);
  });

  it('never trims a batch that is on its way to the disk', async () => {
    await journal.append([event('first')]);
    for (let round = 0; round < 300; round++) {
      const before = journal.head().seq;
      let isDone = false;
      const appending = journal.append([event(`e${round}`)]).finally(() => {
        isDone = true;
      });
      // All readers are at the head: what is trimmed up to is what they have read.
      while (!isDone) await journal.trim(before);
      await appending;
      expect(idsOf((await journal.read(before, ALL)).events)).toEqual([`e${round}`]);
    }
  });

  it('trims whole batches, never reuses a number, and reads on from the tail', async () => {
    await journal.append([event('a'), event('b')]);
    await journal.append([event('c'), event('d')]);
    await journal.trim(3);
    expect(journal.tail()).toEqual({ seq: 2, bytes: 40 });
    expect(idsOf((await journal.read(0, ALL)).events)).toEqual(['c', 'd']);
    await journal.trim(4);
    await reopen();
    expect(journal.head()).toEqual({ seq: 4, bytes: 80 });
    expect(journal.tail()).toEqual({ seq: 4, bytes: 80 });
    await journal.append([event('e')]);
    expect((await journal.read(0, ALL)).events[0]).toMatchObject({ eventId: 'e', seq: 4 });
  });

  it('tells its listeners of new events only', async () => {
    let calls = 0;
    const stop = journal.onAppend(() => calls++);
    await journal.append([event('a')]);
    await journal.append([event('a')]);
    stop();
    await journal.append([event('b')]);
    expect(calls).toBe(1);
  });
});

it('takes no repeat for new when the disk was full while ids were written', async () => {
  await journal.append([event('a')]);
  let isFull = true;
  fillDisk(join(path, 'seen'), 'batch', () => isFull);
  // Goes on afterwards, as every hour.
  await expect(journal.trim(1)).rejects.toThrow('ENOSPC');
  isFull = false;
  expect(await journal.append([event('a'), event('b')])).toEqual(['duplicate', 'accepted']);
  await journal.trim(2);
  await reopen();
  expect(await journal.append([event('a'), event('b')])).toEqual(['duplicate', 'duplicate']);
});
