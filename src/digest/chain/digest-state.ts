/** A log file that stands in the bucket and that a digest will list. Times are ms since the epoch. */
export interface ListedFile {
  readonly bucket: string;
  readonly key: string;
  /** Of the uncompressed bytes, hex. */
  readonly sha256: string;
  /** Of its events. */
  readonly oldest: number;
  readonly newest: number;
  /** When it was delivered: decides into which digest it goes. */
  readonly at: number;
}

/** A delivered digest, as its successor refers to it. */
export interface DigestLink {
  readonly bucket: string;
  readonly key: string;
  /** Of the uncompressed bytes, hex. */
  readonly sha256: string;
  /** Hex. */
  readonly signature: string;
}

/** The digests of one account and source Region within a session. */
export interface Chain {
  readonly account: string;
  readonly region: string;
  /** Up to when it has digests; absent until its first one is delivered. */
  readonly end?: number;
  readonly head?: DigestLink;
  /** Backfill digests are a chain of their own beside the hourly one. */
  readonly backfillHead?: DigestLink;
  /** Delivered and not in a digest yet, in the order of delivery. */
  readonly files: readonly ListedFile[];
}

/**
 * A stretch of logging with validation on, from StartLogging (or the switching on) to StopLogging, DeleteTrail or the
 * switching off. All its chains share the same windows.
 */
export interface DigestSession {
  /** `since` of the logging session that it follows. */
  readonly id: number;
  /** Start of the window that is running, whole seconds. */
  readonly from: number;
  /** Present once it is over: up to when its final digests reach. */
  readonly ended?: number;
  readonly chains: readonly Chain[];
}

/** `first` opens a chain, `window` continues it, `backfill` covers many missed windows at once, `final` closes it. */
export type DigestKind = 'first' | 'window' | 'backfill' | 'final';

/** Digests that are being delivered, those that are left of them; written down before the first PUT, so that a repeat writes the same bytes. */
export interface DigestStage {
  readonly kind: DigestKind;
  readonly start: number;
  readonly end: number;
  /** When a backfill was generated. */
  readonly generated?: number;
  readonly members: readonly StagedDigest[];
}

/** One digest of a stage. */
export interface StagedDigest {
  readonly account: string;
  readonly region: string;
  /** How many of the chain's waiting files it lists, from the oldest on. */
  readonly files: number;
  /** Of the key that signs it. */
  readonly fingerprint: string;
  readonly bucket: string;
  readonly prefix?: string;
  /** The bucket certainly refused the latest try. */
  readonly refused?: boolean;
  /** When a try first ended without a clear answer, ms: the digest may stand in that bucket. */
  readonly unsure?: number;
}

/** All that is known of one trail's digests. Lives inside the trail's delivery state and moves with it. */
export interface DigestState {
  /** Oldest first. Only the last can be running; those before it wait for their final digests. */
  readonly sessions: readonly DigestSession[];
  /** Always of the oldest session. */
  readonly stage?: DigestStage;
  /** The end of the newest final digest: a later session begins after it, so that no two digests share a key. */
  readonly lastEnd?: number;
  /** Digests delivered so far. */
  readonly delivered: number;
  /** Files that no digest will list, because too many waited. */
  readonly unlisted?: number;
}

/** A trail that never had a digest. */
export const NO_DIGESTS: DigestState = { sessions: [], delivered: 0 };

/** Down to the second: the precision of all times in digests. */
export function wholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000;
}

/** The chain of one account and Region. */
export function isOf(one: { readonly account: string; readonly region: string }) {
  return ({ account, region }: { readonly account: string; readonly region: string }): boolean =>
    account === one.account && region === one.region;
}
