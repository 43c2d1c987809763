import type { BucketReader } from './bucket-reader.ts';
import { type ChainKeys, NoPublicKeys } from './chain-keys.ts';
import { checkDigest, type TrueDigest } from './check-digest.ts';
import { fetchDigest } from './digest.ts';
import { type ChainName, timeOfKey } from './digest-key.ts';
import { type DigestListing, listDigests } from './digest-listing.ts';
import { DigestProblem } from './digest-problem.ts';

/** One step back in time along a chain. */
export type Step =
  | { readonly kind: 'digest'; readonly isBackfill: boolean; readonly digest: TrueDigest }
  | {
      readonly kind: 'invalid';
      readonly isBackfill: boolean;
      readonly bucket: string;
      readonly key: string;
      readonly problem: DigestProblem;
    }
  /** The digest before this one starts a chain, and older digests exist: logging or validation was off. Milliseconds. */
  | { readonly kind: 'gap'; readonly isBackfill: boolean; readonly since: number; readonly until: number };

/** Where and how to walk. */
export interface WalkOptions {
  readonly reader: BucketReader;
  readonly chain: ChainName;
  readonly place: { readonly bucket: string; readonly prefix: string | undefined };
  readonly start: number;
  readonly end: number;
  readonly keys: ChainKeys;
  readonly isBackfill: boolean;
  /** Told of each listing that the walk makes; both walks share listings of the same place. */
  readonly listings: Map<string, DigestListing>;
}

/** Digests that are fetched before the walk comes to them: it goes one by one, the store need not. */
const AHEAD = 16;

/**
 * Goes from the newest digest to the oldest, in exactly the steps of AWS's validator: along the links, and where a link
 * leads nowhere, on with the next older key of the listing.
 *
 * @throws what the reader throws; nothing for bad digests.
 */
export async function* walkDigests(options: WalkOptions): AsyncGenerator<Step> {
  const { reader, chain, place, start, keys, isBackfill } = options;
  let { bucket } = place;
  let left = await list(options, bucket, options.end);
  let key = left.pop();
  let oldest = key === undefined ? 0 : (timeOfKey(key) ?? 0);
  let signedBySuccessor: string | undefined;
  const seen = new Set<string>();
  const ahead = new Map<string, ReturnType<typeof fetchSettled>>();

  while (key !== undefined && start <= oldest) {
    const at: string = key;
    const address = `${bucket}/${at}`;
    // The key's holder could close the chain to a ring; AWS's validator would go round for ever.
    if (seen.has(address)) {
      key = olderThan(left, at)?.key;
      continue;
    }
    seen.add(address);
    // In a copy without metadata each fetch needs what its successor says; and a disk needs no running ahead.
    for (const next of reader.keepsMetadata ? [at, ...left.slice(-(reader.ahead ?? AHEAD))] : []) {
      const name = `${bucket}/${next}`;
      if (!ahead.has(name) && !seen.has(name)) ahead.set(name, fetchSettled(reader, bucket, next));
    }
    try {
      const early = ahead.get(address);
      ahead.delete(address);
      const outcome = await (early ?? fetchSettled(reader, bucket, at, signedBySuccessor));
      if (!outcome.isFetched) throw outcome.error;
      if (outcome.digest === undefined) throw new DigestProblem('not-found');
      const digest = await checkDigest(outcome.digest, chain.homeRegion, async (fingerprint, fetched) =>
        isBackfill ? await findBackfillKey(keys, fingerprint, fetched) : keys.find(fingerprint),
      );
      oldest = digest.start;
      signedBySuccessor = digest.previous?.signature;
      yield { kind: 'digest', isBackfill, digest };
      if (digest.previous === undefined) {
        const next = olderThan(left, at);
        if (next) yield { kind: 'gap', isBackfill, since: next.end, until: oldest };
        key = next?.key;
      } else {
        key = digest.previous.key;
        if (digest.previous.bucket !== bucket) {
          bucket = digest.previous.bucket;
          left = await list(options, bucket, digest.end);
          ahead.clear();
        }
      }
    } catch (error) {
      if (!(error instanceof DigestProblem)) throw error;
      yield { kind: 'invalid', isBackfill, bucket, key: at, problem: error };
      signedBySuccessor = undefined;
      key = olderThan(left, at)?.key;
    }
  }
}

async function findBackfillKey(
  ...[keys, fingerprint, digest]: [ChainKeys, ...Parameters<ChainKeys['findFor']>]
) {
  try {
    return await keys.findFor(fingerprint, digest);
  } catch (error) {
    if (error instanceof NoPublicKeys) throw new DigestProblem('other', error.message);
    throw error;
  }
}

/** A rejection that nobody waits for yet would end the process. */
function fetchSettled(...args: Parameters<typeof fetchDigest>) {
  return fetchDigest(...args).then(
    (digest) => ({ isFetched: true as const, digest }),
    (error: unknown) => ({ isFetched: false as const, error }),
  );
}

async function list(options: WalkOptions, bucket: string, end: number): Promise<string[]> {
  const { reader, chain, place, start, listings, isBackfill } = options;
  const name = `${bucket} ${end}`;
  let listing = listings.get(name);
  if (listing === undefined) {
    listing = await listDigests(reader, chain, { bucket, prefix: place.prefix }, start, end);
    listings.set(name, listing);
  }
  return [...(isBackfill ? listing.backfill : listing.standard)];
}

/** Takes keys off the list until one is older than `key`. */
function olderThan(left: string[], key: string): { readonly key: string; readonly end: number } | undefined {
  const before = timeOfKey(key) ?? Number.POSITIVE_INFINITY;
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const end = timeOfKey(next);
    if (end !== undefined && end < before) return { key: next, end };
  }
  return undefined;
}
