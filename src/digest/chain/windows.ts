import { type Chain, type DigestKind, type DigestSession, wholeSecond } from './digest-state.ts';

/** Missed windows up to this many are made up one by one; before them stand backfill digests. Keys reach as far back. */
export const SINGLE_WINDOWS = 48;
/** Windows that one backfill digest covers at most. */
export const BACKFILL_WINDOWS = 24;

/** So many waiting files end a window early. */
export const EARLY_FILES = 5_000;

/** The digests to make next: the same stretch of time for each of the chains. */
export interface DueDigests {
  readonly kind: DigestKind;
  readonly start: number;
  readonly end: number;
  readonly chains: readonly Chain[];
}

/**
 * What is due of a session at `now`, undefined when nothing is. Chains open first; then comes each window that has
 * passed; at the end of a session the rest, however short. `interval` is the length of a window in ms.
 */
export function dueDigests(session: DigestSession, now: number, interval: number): DueDigests | undefined {
  const { from, ended, chains } = session;
  const unopened = chains.filter(({ end }) => end === undefined);
  if (unopened.length > 0) return { kind: 'first', start: from - interval, end: from, chains: unopened };
  const passed = Math.floor(((ended ?? now) - from) / interval);
  if (passed > SINGLE_WINDOWS) {
    const windows = Math.min(BACKFILL_WINDOWS, passed - SINGLE_WINDOWS);
    return { kind: 'backfill', start: from, end: from + windows * interval, chains };
  }
  if (passed > 0) return { kind: 'window', start: from, end: from + interval, chains };
  if (ended === undefined) return early(session, now);
  return { kind: 'final', start: from, end: finalEnd(session, interval), chains };
}

/** A very busy trail gets its digests before the window's end: what waits is kept in one value of the state. */
function early({ from, chains }: DigestSession, now: number): DueDigests | undefined {
  const waiting = chains.reduce((sum, { files }) => sum + files.length, 0);
  const end = wholeSecond(now);
  if (waiting < EARLY_FILES || end <= from) return undefined;
  return { kind: 'window', start: from, end, chains };
}

/** Where the final digests of an ended session end: later than every other digest of it. */
export function finalEnd({ from, ended = from }: DigestSession, interval: number): number {
  const windows = Math.max(0, Math.floor((ended - from) / interval));
  return Math.max(wholeSecond(ended), from + windows * interval + 1_000);
}
