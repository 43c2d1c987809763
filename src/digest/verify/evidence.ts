import type { BucketReader } from './bucket-reader.ts';
import type { ChainKeys } from './chain-keys.ts';
import type { TrueDigest } from './check-digest.ts';
import type { ChainName } from './digest-key.ts';
import type { DigestListing } from './digest-listing.ts';
import type { DigestProblem } from './digest-problem.ts';
import type { Inflated } from './gunzip-first.ts';
import type { LogLedger } from './log-ledger.ts';

/** A true digest without its list of log files: what is kept of each, so that a year of them fits. */
export interface ChainLink {
  readonly kind: 'link';
  readonly bucket: string;
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly sha256: string;
  readonly signature: string;
  readonly fingerprint: string;
  readonly ending: Inflated['ending'];
  readonly previous: TrueDigest['previous'];
}

/** A digest that is not there, or not true. */
export interface BrokenLink {
  readonly kind: 'broken';
  readonly bucket: string;
  readonly key: string;
  readonly problem: DigestProblem;
}

/** A time without a chain: the younger digest says that it is the first of its chain. */
export interface ChainGap {
  readonly kind: 'gap';
  readonly since: number;
  readonly until: number;
}

/** What the walk has met, newest first. */
export type Met = ChainLink | BrokenLink | ChainGap;

/** What the service says of the trail in the source Region. TRUSTED as far as it goes: it can only raise alarms. */
export interface TrailStatus {
  readonly isLogging?: boolean;
  readonly latestDigestDelivery?: number;
  readonly stoppedAt?: number;
}

/**
 * The newest digest of a chain as somebody out of the server's reach has kept it. The chain must still hold it, and the
 * digest must not have changed.
 */
export interface Anchor {
  readonly bucket: string;
  readonly key: string;
  /** Milliseconds. */
  readonly end: number;
  readonly sha256: string;
}

/** Everything that the questions after the walk may look at. Times in milliseconds. */
export interface Evidence {
  readonly reader: BucketReader;
  readonly chain: ChainName;
  readonly place: { readonly bucket: string; readonly prefix: string | undefined };
  readonly start: number;
  readonly end: number;
  readonly now: number;
  readonly keys: ChainKeys;
  readonly met: readonly Met[];
  readonly metBackfill: readonly Met[];
  readonly listings: readonly DigestListing[];
  readonly ledger: LogLedger;
  readonly status?: TrailStatus;
  readonly anchors: readonly Anchor[];
}

/** Keeps what the questions need of a digest. */
export function linkOf(digest: TrueDigest): ChainLink {
  const { bucket, key, start, end, sha256, signature, fingerprint, ending, previous } = digest;
  return { kind: 'link', bucket, key, start, end, sha256, signature, fingerprint, ending, previous };
}

/** The true digests among what was met, newest first. */
export function linksOf(met: readonly Met[]): ChainLink[] {
  return met.filter((one) => one.kind === 'link');
}
