import type { BucketReader } from '../../digest/verify/index.ts';
import { timeOfLog } from './check-chain.ts';
import type { AccountFolder } from './find-chains.ts';
import type { QuietHours } from './report.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Region is busy with so many files in its usual hour, in all but one of ten hours. */
const BUSY_FILES = 3;
const BUSY_SHARE = 0.9;
/** Less says nothing about a rhythm. */
const MIN_HOURS = 24;

/**
 * Hours without a log file, in a Region whose other hours all have some. Without digests nobody can prove that something
 * is missing; a busy Region that says nothing for an hour is reason to look.
 */
export async function findQuietHours(
  reader: BucketReader,
  bucket: string,
  { folder, region }: { readonly folder: AccountFolder; readonly region: string },
  from: number,
  to: number,
): Promise<readonly QuietHours[]> {
  const first = Math.ceil(from / HOUR);
  const hours = new Uint32Array(Math.max(0, Math.floor(to / HOUR) - first));
  if (hours.length < MIN_HOURS) return [];
  for (let day = from; day <= to + DAY; day += DAY) {
    const path = `${folder.path}CloudTrail/${region}/${new Date(day).toISOString().slice(0, 10).replaceAll('-', '/')}/`;
    for await (const page of reader.list(bucket, path, '')) {
      for (const { key } of page) {
        const hour = Math.floor(timeOfLog(key) / HOUR) - first;
        if (hour >= 0 && hour < hours.length) hours[hour] = (hours[hour] ?? 0) + 1;
      }
    }
  }
  return quietHoursOf(hours, first).map((quiet) => ({ account: folder.account, region, ...quiet }));
}

/** The same of counts by hour; `first` is the number of the first hour since the epoch. */
export function quietHoursOf(
  hours: Uint32Array,
  first: number,
): readonly Pick<QuietHours, 'from' | 'to' | 'usual'>[] {
  const usual = hours.toSorted()[hours.length >> 1] ?? 0;
  const busy = hours.filter((count) => count > 0).length;
  if (hours.length < MIN_HOURS || usual < BUSY_FILES || busy < hours.length * BUSY_SHARE) return [];
  const quiet: { from: number; to: number; usual: number }[] = [];
  for (const [at, count] of hours.entries()) {
    if (count > 0) continue;
    const from = (first + at) * HOUR;
    const last = quiet.at(-1);
    if (last?.to === from) last.to = from + HOUR;
    else quiet.push({ from, to: from + HOUR, usual });
  }
  return quiet;
}
