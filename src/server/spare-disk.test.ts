import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Connection } from '../store/index.ts';
import { spareDisk } from './spare-disk.ts';

let reason: string | undefined;
let done: string[];
let stop: () => Promise<void>;

beforeEach(() => {
  vi.useFakeTimers();
  reason = undefined;
  done = [];
  const connection = { command: async (sql: string) => void done.push(sql), close: async () => undefined };
  stop = spareDisk(
    { connect: () => connection as unknown as Connection, startAnew: (why) => void done.push(why) },
    { refusal: () => reason },
    { warn: () => undefined },
  );
});
afterEach(async () => {
  await stop();
  vi.useRealTimers();
});

test('leaves the engine alone while there is space', async () => {
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toEqual([]);
});

test('lets it merge nothing while the disk is nearly full, and starts it again once after that', async () => {
  reason = '5 MB left';
  await vi.advanceTimersByTimeAsync(2_000);
  expect(done).toEqual(['SYSTEM STOP MERGES', 'SYSTEM STOP MERGES']);
  reason = undefined;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done.slice(2)).toEqual(['the disk was nearly full']);
});
