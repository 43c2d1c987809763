import { type DigestSession, type DigestState, isOf, type ListedFile, wholeSecond } from './digest-state.ts';
import { finalEnd, SINGLE_WINDOWS } from './windows.ts';

/** The logging session in which a trail with validation is now. */
export interface RunningSession {
  /** When its StartLogging was called, ms: its identity. */
  readonly since: number;
  /** No log file of it has been delivered yet: its digests can reach back to StartLogging. */
  readonly untouched: boolean;
  readonly account: string;
  /** The trail's home Region: its chain exists even without a log file. */
  readonly region: string;
}

/**
 * Brings the sessions along with the trail: one that is over is ended at `now`, one that is new begins. To be called
 * before each delivery, so that every file falls into the session to which it belongs. Answers the same object when
 * nothing changed.
 *
 * A session's windows are anchored at the second of its StartLogging, as AWS's are; where validation was switched on
 * later, or the start lies too far back to be made up, at the second in which we see it.
 */
export function followSession(
  state: DigestState,
  running: RunningSession | undefined,
  now: number,
  interval: number,
): DigestState {
  const last = state.sessions.at(-1);
  const open = last?.ended === undefined ? last : undefined;
  if (open?.id === running?.since) return state;
  const before = state.sessions.map((session) => (session === open ? { ...session, ended: now } : session));
  if (!running) return { ...state, sessions: before };
  const { since, untouched, account, region } = running;
  const reachable = untouched && now - since <= SINGLE_WINDOWS * interval;
  const previous = before.at(-1);
  const lastEnd = previous ? finalEnd(previous, interval) : state.lastEnd;
  const from = Math.max(wholeSecond(reachable ? since : now), lastEnd === undefined ? 0 : lastEnd + 1_000);
  const session = { id: since, from, chains: [{ account, region, files: [] }] };
  return { ...state, sessions: [...before, session] };
}

/** Where files of one trail wait at most: a bucket that takes no digests must not make the state grow without an end. */
export const MAX_WAITING_FILES = 20_000;

/**
 * Notes delivered files, to be listed by digests; without effect unless the session `since` runs. A chain begins with
 * its first file.
 */
export function withFiles(
  state: DigestState,
  since: number,
  files: readonly (ListedFile & { readonly account: string; readonly region: string })[],
): DigestState {
  const session = state.sessions.at(-1);
  if (session?.id !== since || session.ended !== undefined || files.length === 0) return state;
  const waiting = session.chains.reduce((sum, chain) => sum + chain.files.length, 0);
  const room = Math.max(0, MAX_WAITING_FILES - waiting);
  const news = new Map<string, { account: string; region: string; files: ListedFile[] }>();
  for (const { account, region, ...file } of files.slice(0, room)) {
    const place = `${account} ${region}`;
    const known = news.get(place);
    if (known) known.files.push(file);
    else news.set(place, { account, region, files: [file] });
  }
  const grown = session.chains.map((chain) => {
    const own = news.get(`${chain.account} ${chain.region}`);
    return own ? { ...chain, files: [...chain.files, ...own.files] } : chain;
  });
  const begun = [...news.values()].filter((chain) => !session.chains.some(isOf(chain)));
  const chains = [...grown, ...begun];
  const unlisted = (state.unlisted ?? 0) + Math.max(0, files.length - room);
  const sessions: DigestSession[] = [...state.sessions.slice(0, -1), { ...session, chains }];
  return { ...state, sessions, ...(unlisted > 0 && { unlisted }) };
}
