import type { BucketReader } from './bucket-reader.ts';
import {
  type ChainName,
  digestKey,
  digestPattern,
  digestPrefix,
  formatStamp,
  isBackfillKey,
  stampOf,
  timeOfKey,
} from './digest-key.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;

/** The digest keys of a chain in one bucket and time range, oldest first. */
export interface DigestListing {
  readonly standard: readonly string[];
  readonly backfill: readonly string[];
  /** Keys that match the chain's name but bear no time; AWS's validator stumbles over them. */
  readonly nameless: readonly string[];
  /** When the store took an object in, where it says so. */
  readonly modified: ReadonlyMap<string, number>;
}

/**
 * Lists as AWS's validator does: from one minute before the start to one hour after the end, so that log files that
 * spilled over into the next digest are covered.
 */
export async function listDigests(
  reader: BucketReader,
  chain: ChainName,
  place: { readonly bucket: string; readonly prefix: string | undefined },
  start: number,
  end: number,
): Promise<DigestListing> {
  const standard: string[] = [];
  const backfill: string[] = [];
  const nameless: string[] = [];
  const modified = new Map<string, number>();
  const pattern = digestPattern(chain, place.prefix);
  const [first, last] = [formatStamp(start), formatStamp(end + HOUR)];
  const after = digestKey(chain, place.prefix, start - MINUTE);
  for await (const page of reader.list(place.bucket, digestPrefix(chain, place.prefix), after)) {
    for (const { key, lastModified } of page) {
      if (!pattern.test(key)) continue;
      if (timeOfKey(key) === undefined) {
        nameless.push(key);
        continue;
      }
      const stamp = stampOf(key);
      if (stamp > last) return { standard, backfill, nameless, modified };
      if (stamp < first) continue;
      (isBackfillKey(key) ? backfill : standard).push(key);
      if (lastModified !== undefined) modified.set(key, lastModified);
    }
  }
  return { standard, backfill, nameless, modified };
}
