import { expect, test } from 'vitest';
import { checkRepos } from './check-repos.ts';
import type { FsckFinding } from './finding.ts';

const NOW = Date.UTC(2026, 10, 21);
const DAY = 86_400_000;

const sample = (seq: number, repo: string, days: number) => ({
  ...{ seq, repo, eventId: `e${seq}` },
  time: NOW - days * DAY,
});

test('names what a repository has lost, but not what is too old, not in it yet, or of a repository that was dropped', async () => {
  const asked: string[] = [];
  const told: FsckFinding[] = [];
  const samples = [
    ...[sample(0, 'default', 1), sample(1, 'default', 2), sample(2, 'default', 40)],
    ...[sample(3, 'dropped', 1), sample(4, 'other', 1), sample(9, 'default', 1)],
  ];
  const looked = await checkRepos(
    { readers: [{ reader: 'the repositories', at: 5 }], samples },
    {
      names: () => ['default', 'other'].map((name) => ({ name, retentionDays: 30 })),
      async missing(name, records) {
        asked.push(...records.map(({ eventId }) => `${name} ${eventId}`));
        return name === 'default' ? records : [];
      },
    },
    NOW,
    (finding) => told.push(finding),
  );
  expect(asked).toEqual(['default e0', 'default e1', 'other e4']);
  expect(looked).toBe(3);
  expect(told).toHaveLength(1);
  expect(told[0]?.message).toBe(
    'the collected record 0 (e0) went into the repository default and is not found in it, nor are 1 others of 2 that were looked up',
  );
});
