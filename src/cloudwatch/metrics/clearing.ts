import { setImmediate } from 'node:timers/promises';
import { inTransaction } from '../../lmdb/index.ts';
import type { CloudWatchEnvironment, PointKey } from '../environment.ts';
import type { SeriesKey } from './metric.ts';
import { TIERS } from './tiers.ts';

/** Steps that one transaction removes: bounds how long a writer waits for it. */
const CHUNK = 1_000;
/** Metrics that are looked at before others are served. */
const STRIDE = 50;
const LONGEST = Math.max(...TIERS.map(({ keep }) => keep)) * 1_000;

/** Removes what is past its tier's time, and metrics that have nothing left; others are served in between. */
export async function clearOldPoints(
  env: CloudWatchEnvironment,
  now: number,
  isClosed: () => boolean,
): Promise<void> {
  let old: PointKey[] = [];
  async function removeOld(): Promise<void> {
    const keys = old;
    old = [];
    await inTransaction(env.root, () => {
      for (const key of keys) void env.points.remove(key);
    });
  }

  let seen = 0;
  // Collected first: a read that stays open over the writes would keep their pages from being used again.
  for (const { key, value } of [...env.series.getRange()]) {
    if (isClosed()) return;
    for (const { step, keep } of TIERS) {
      const edge = now - keep * 1_000;
      let from: PointKey = [value.uid, step, 0, ''];
      for (;;) {
        const found = [
          ...env.points.getKeys({ start: from, end: [value.uid, step, edge, ''], limit: CHUNK }),
        ];
        old.push(...found);
        if (old.length >= CHUNK) await removeOld();
        if (found.length < CHUNK) break;
        from = found.at(-1)!;
      }
    }
    if (value.lastAt < now - LONGEST) {
      // Its data first: nobody finds them without it.
      await removeOld();
      await dropSeries(env, key, now);
    }
    if (++seen % STRIDE === 0) await setImmediate();
  }
  if (old.length > 0) await removeOld();
}

async function dropSeries(env: CloudWatchEnvironment, key: SeriesKey, now: number): Promise<void> {
  await inTransaction(env.root, () => {
    // It may have got data meanwhile.
    const series = env.series.get(key);
    if (!series || series.lastAt >= now - LONGEST) return;
    void env.series.remove(key);
    void env.root.put('series-count', Math.max(0, (env.root.get('series-count') ?? 0) - 1));
  });
}
