import type { ChainName, Finding } from '../../digest/verify/index.ts';

/** What became of one log file that a signed digest promises. */
export type FileFate =
  /** Collected, and the bucket holds what was promised. */
  | 'in'
  /** The bucket holds what was promised; the collector has not read it yet. */
  | 'late'
  /** The bucket holds what was promised; the collector could not read it. */
  | 'quarantined'
  /** Neither collected nor in the bucket. */
  | 'missing'
  /** Collected, and gone from the bucket since. */
  | 'removed'
  /** The bucket holds something else than was promised. */
  | 'changed';

/** Every fate, in the order of the table. */
export const FATES: readonly FileFate[] = ['in', 'late', 'quarantined', 'missing', 'removed', 'changed'];

/** How many files had which fate. */
export type FateCounts = Readonly<Record<FileFate, number>>;

/** The window of one digest. Times in milliseconds. */
export interface WindowRow extends FateCounts {
  readonly from: number;
  readonly to: number;
  /** `invalid`: the digest is not what was signed; what it promised is not known. `missing`: no digest for that time. */
  readonly digest: 'valid' | 'invalid' | 'missing';
  readonly promised: number;
  /** Files in the bucket that no digest promises; at most 100 are counted in all windows together. */
  readonly unlisted: number;
}

/** What was found of one chain of digests. */
export interface ChainReport {
  readonly chain: ChainName;
  readonly bucket: string;
  readonly prefix: string;
  /** Oldest first. */
  readonly windows: readonly WindowRow[];
  readonly promised: number;
  readonly counts: FateCounts;
  readonly unlisted: number;
  /** Windows whose digest is invalid or missing. */
  readonly brokenWindows: number;
  /** What AWS's validator says of broken digests, and what was found beyond, in words. */
  readonly findings: readonly Finding[];
  /** Addresses of files that are not `in`, at most 100. */
  readonly examples: readonly { readonly fate: FileFate; readonly key: string }[];
  readonly newest?: KnownDigest;
}

/** A digest that was once seen and true: remembered, so that nobody takes it away unseen. */
export interface KnownDigest {
  readonly bucket: string;
  readonly key: string;
  readonly end: number;
  readonly sha256: string;
}

/** Hours without files in a Region that always has some: a suspicion, no proof. */
export interface QuietHours {
  readonly account: string;
  readonly region: string;
  readonly from: number;
  readonly to: number;
  /** Files in its usual hour: the median. */
  readonly usual: number;
}

/** How complete what was collected from a source is. */
export interface CompletenessReport {
  readonly source: string;
  readonly from: number;
  readonly to: number;
  readonly askedAt: number;
  /**
   * `complete`: everything that was promised is in. `behind`: the bucket has everything, the collector has not yet.
   * `incomplete`: something is missing, changed, or put in. `unproven`: there are no digests, so nothing was promised.
   */
  readonly verdict: 'complete' | 'behind' | 'incomplete' | 'unproven';
  readonly chains: readonly ChainReport[];
  /** Accounts and Regions with log files and no digests. */
  readonly unproven: readonly { readonly account: string; readonly region: string }[];
  readonly suspicions: readonly QuietHours[];
}

/** The verdict of parts: the worst that one of them gives. */
export function verdictOf(
  chains: readonly ChainReport[],
  unproven: CompletenessReport['unproven'],
): CompletenessReport['verdict'] {
  if (chains.some(isBroken)) return 'incomplete';
  if (chains.some(({ counts }) => counts.late > 0)) return 'behind';
  return unproven.length > 0 || chains.every(({ windows }) => windows.length === 0) ? 'unproven' : 'complete';
}

/** True when something was taken away, changed or put in. A file in quarantine counts: its records are not in. */
export function isBroken({ counts, unlisted, brokenWindows, findings }: ChainReport): boolean {
  const lost =
    counts.missing + counts.removed + counts.changed + counts.quarantined + unlisted + brokenWindows;
  return lost > 0 || findings.some(({ severity }) => severity === 'error');
}

/** No file of any fate. */
export function noFates(): Record<FileFate, number> {
  return { in: 0, late: 0, quarantined: 0, missing: 0, removed: 0, changed: 0 };
}
