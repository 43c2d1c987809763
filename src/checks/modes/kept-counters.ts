import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { CheckFailure } from '../failure.ts';

/** Counters of a process that started at `started`, in seconds since the epoch. */
export interface Counters {
  readonly started: number;
  readonly totals: ReadonlyMap<string, number>;
}

/**
 * How much each counter has grown since they were kept the last time, and keeps them. After a restart of the server, or
 * the first time, that is the counter itself.
 *
 * @param key tells the servers apart
 * @throws CheckFailure when the file cannot be written
 */
export function keepCounters(
  folder: string | undefined,
  key: string,
  counters: Counters,
): ReadonlyMap<string, number> {
  const place = folder ?? join(tmpdir(), `check_cloudtrail-${userInfo().uid}`);
  const file = join(place, `ingestion-${createHash('sha256').update(key).digest('hex').slice(0, 16)}.json`);
  const before = read(file);
  const isSame = before !== undefined && before.started === counters.started;
  try {
    // Not recursive: that never ends on file systems such as /proc.
    if (!existsSync(place)) mkdirSync(place, { mode: 0o700 });
    const fresh = `${file}.${process.pid}`;
    const kept = { started: counters.started, totals: Object.fromEntries(counters.totals) };
    writeFileSync(fresh, JSON.stringify(kept), { mode: 0o600 });
    renameSync(fresh, file);
  } catch (error) {
    throw new CheckFailure(
      `cannot keep the counters in '${place}' (see --statefile-dir): ${(error as NodeJS.ErrnoException).code}`,
    );
  }
  return new Map(
    [...counters.totals].map(([name, total]) => {
      const base = isSame ? (before.totals.get(name) ?? 0) : 0;
      return [name, Math.max(0, total - base)];
    }),
  );
}

function read(file: string): Counters | undefined {
  try {
    const { started, totals } = JSON.parse(readFileSync(file, 'utf8'));
    return { started, totals: new Map(Object.entries(totals as Record<string, number>)) };
  } catch {
    return undefined;
  }
}
