import { expect, test } from 'vitest';
import type { CollectedStore } from './collected-store.ts';
import { startRepoFeed } from './repo-feed.ts';

test('puts nothing into a repository before its range is on disk', async () => {
  const stored = new Map<string, unknown>();
  let failures = 1;
  const store = {
    id: 'log',
    head: () => 3,
    tail: () => 0,
    heldBytes: () => 1e9,
    bytesFrom: () => 1e9,
    hold: () => () => undefined,
    onAppend: () => () => undefined,
    get: () => undefined,
    readBlocks: (from: number, { to }: { to?: number }) => ({
      ...{ from, next: to ?? 3 },
      blocks: [{ repo: 'default', block: Buffer.alloc(0) }],
    }),
    trim: async () => undefined,
    async put(name: string, value: unknown) {
      if (failures-- > 0) throw new Error('ENOSPC');
      stored.set(name, value);
    },
  } as unknown as CollectedStore;
  const seen: unknown[] = [];
  const feed = startRepoFeed({
    store,
    sink: { insert: async () => void seen.push(stored.get('reader/repos')) },
    onError: () => undefined,
  });
  await expect.poll(() => feed.cursor(), { timeout: 30_000 }).toBe(3);
  await feed.close();
  expect(seen).toEqual([{ at: 0, stage: 3 }]);
});
