import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RepoInfo } from '../repos/index.ts';
import type { CollectedStore } from '../sources/collect/index.ts';
import { startForgetting } from './forget-collected.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 10, 21) }));
afterEach(() => void vi.useRealTimers());

function start(repos: () => Promise<readonly RepoInfo[]>) {
  const before: number[] = [];
  const errors: unknown[] = [];
  const store = {
    head: () => 7,
    forgetTroubles: async () => 0,
    ids: {
      size: 0,
      begin: () => ({ oldest: Number.POSITIVE_INFINITY, end: () => undefined }),
      async forget(time: number) {
        before.push(time);
        return 1;
      },
    },
  };
  const forgetting = startForgetting({
    store: store as unknown as CollectedStore,
    feed: { cursor: () => 7 },
    sources: () => [{ id: 's' }],
    repos,
    now: Date.now,
    onError: (error) => errors.push(error),
  });
  return { forgetting, before, errors };
}

const repo = (name: string, retentionDays: number, oldest?: number): RepoInfo => ({
  ...{ name, retentionDays, rows: oldest === undefined ? 0 : 1, bytes: 0 },
  ...(oldest !== undefined && { oldest }),
});

it('goes by the longest retention, and by what any repository still holds', async () => {
  let oldest: number | undefined;
  const { forgetting, before } = start(async () => [repo('a', 30), repo('b', 90), repo('c', 1, oldest)]);
  await vi.advanceTimersByTimeAsync(HOUR);
  expect(before).toEqual([Date.now() - 92 * DAY]);
  oldest = Date.now() - 200 * DAY;
  await vi.advanceTimersByTimeAsync(HOUR);
  await vi.advanceTimersByTimeAsync(HOUR);
  expect(before.at(-1)).toBe(oldest);
  await forgetting.close();
});

it('forgets nothing while the repositories cannot be asked, and goes on when they can', async () => {
  let isDown = true;
  const { forgetting, before, errors } = start(async () => {
    if (isDown) throw new Error('the engine is starting');
    return [repo('a', 30)];
  });
  await vi.advanceTimersByTimeAsync(2 * HOUR);
  expect([before, errors.length]).toEqual([[], 2]);
  isDown = false;
  await vi.advanceTimersByTimeAsync(HOUR);
  expect(before).toHaveLength(1);
  await forgetting.close();
  await vi.advanceTimersByTimeAsync(5 * HOUR);
  expect(before).toHaveLength(1);
});
