import { setImmediate } from 'node:timers/promises';
import { type CloudWatchEnvironment, inTransaction, type PointKey } from '../environment.ts';
import type { SeriesKey } from './metric.ts';
import { TIERS } from './tiers.ts';

/** Steps that one transaction removes: bounds how long a writer waits for it. */
const CHUNK = 1_000;
const LONGEST = Math.max(...TIERS.map(({ keep }) => keep)) * 1_000;

/** Removes what is past its tier's time, and metrics that have nothing left; others are served in between. */
export async function clearOldPoints(
  env: CloudWatchEnvironment,
  now: number,
  isClosed: () => boolean,
): Promise<void> {
  // Collected first: a read that stays open over the writes would keep their pages from being used again.
  for (const { key, value } of [...env.series.getRange()]) {
    if (isClosed()) return;
    for (const { step, keep } of TIERS) await clearSeries(env, value.uid, step, now - keep * 1_000);
    if (value.lastAt < now - LONGEST) await dropSeries(env, key, now);
    await setImmediate();
  }
}

async function clearSeries(env: CloudWatchEnvironment, uid: number, step: number, edge: number) {
  const range: { start: PointKey; end: PointKey; limit: number } = {
    start: [uid, step, 0, ''],
    end: [uid, step, edge, ''],
    limit: CHUNK,
  };
  for (;;) {
    const old = [...env.points.getKeys(range)];
    if (old.length > 0)
      await inTransaction(env, () => {
        for (const key of old) void env.points.remove(key);
      });
    if (old.length < CHUNK) return;
  }
}

async function dropSeries(env: CloudWatchEnvironment, key: SeriesKey, now: number): Promise<void> {
  await inTransaction(env, () => {
    // It may have got data meanwhile.
    const series = env.series.get(key);
    if (!series || series.lastAt >= now - LONGEST) return;
    void env.series.remove(key);
    void env.root.put('series-count', Math.max(0, (env.root.get('series-count') ?? 0) - 1));
  });
}
