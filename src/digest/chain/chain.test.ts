import { describe, expect, it } from 'vitest';
import { afterDelivery, filesUntil } from './commit.ts';
import {
  type Chain,
  type DigestSession,
  type DigestStage,
  type DigestState,
  NO_DIGESTS,
} from './digest-state.ts';
import { followSession, MAX_WAITING_FILES, withFiles } from './session.ts';
import { dueDigests, EARLY_FILES } from './windows.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-01T10:17:23.500Z');
const SECOND = START - 500;
const home = { account: '111111111111', region: 'us-east-1' };
const running = { since: START, untouched: true, ...home };

const file = (at: number) => ({ bucket: 'b', key: `${at}`, sha256: '', oldest: at, newest: at, at });
const openChain = (end: number, files: Chain['files'] = []): Chain => ({ ...home, end, files });
const session = (change: Partial<DigestSession> = {}): DigestSession => ({
  id: START,
  from: SECOND,
  chains: [openChain(SECOND)],
  ...change,
});

describe('a session', () => {
  it('is anchored at the second of StartLogging, with the chain of the home Region', () => {
    const state = followSession(NO_DIGESTS, running, START + 2_000, HOUR);
    expect(state.sessions).toEqual([{ id: START, from: SECOND, chains: [{ ...home, files: [] }] }]);
    expect(followSession(state, running, START + 3_000, HOUR)).toBe(state);
  });

  it.each([
    ['validation was switched on later', { ...running, untouched: false }, START + 90 * HOUR],
    ['StartLogging is too long ago to be made up', running, START + 49 * HOUR],
  ])('is anchored at now when %s', (_, seen, now) => {
    expect(followSession(NO_DIGESTS, seen, now, HOUR).sessions[0]!.from).toBe(now - 500);
  });

  it('ends at the time when it is seen to be over, once', () => {
    const open = followSession(NO_DIGESTS, running, START, HOUR);
    const ended = followSession(open, undefined, START + 5_000, HOUR);
    expect(ended.sessions[0]!.ended).toBe(START + 5_000);
    expect(followSession(ended, undefined, START + 9_000, HOUR)).toBe(ended);
  });

  it('begins after the last digest of the one before it, also within the same second', () => {
    const open = followSession(NO_DIGESTS, running, START, HOUR);
    const next = followSession(open, { ...running, since: START + 100 }, START + 200, HOUR);
    expect(next.sessions.map(({ from, ended }) => [from, ended])).toEqual([
      [SECOND, START + 200],
      [SECOND + 2_000, undefined],
    ]);
  });

  it('takes files of its own only, each into the chain of its Region', () => {
    const open = followSession(NO_DIGESTS, running, START, HOUR);
    const other = { ...file(1), ...home, region: 'eu-west-1' };
    const taken = withFiles(open, START, [{ ...file(0), ...home }, other]);
    expect(taken.sessions[0]!.chains.map(({ region, files }) => [region, files.length])).toEqual([
      ['us-east-1', 1],
      ['eu-west-1', 1],
    ]);
    expect(withFiles(open, START - 1, [other])).toBe(open);
    expect(withFiles(NO_DIGESTS, START, [other])).toBe(NO_DIGESTS);
  });

  it('does not grow without an end, and counts what no digest will list', () => {
    const full = Array.from({ length: MAX_WAITING_FILES - 1 }, (_, at) => file(at));
    const state: DigestState = { ...NO_DIGESTS, sessions: [session({ chains: [openChain(SECOND, full)] })] };
    const more = withFiles(
      state,
      START,
      [1, 2, 3].map((at) => ({ ...file(at), ...home })),
    );
    expect(more.sessions[0]!.chains[0]!.files).toHaveLength(MAX_WAITING_FILES);
    expect(more.unlisted).toBe(2);
  });
});

describe('what is due', () => {
  const kinds = (of: DigestSession, now: number) => {
    const due = dueDigests(of, now, HOUR);
    return due && [due.kind, (due.start - SECOND) / HOUR, (due.end - SECOND) / HOUR];
  };
  it.each([
    ['nothing within the window', session(), SECOND + HOUR - 1, undefined],
    ['the window at its end', session(), SECOND + HOUR, ['window', 0, 1]],
    ['one window at a time', session(), SECOND + 5 * HOUR, ['window', 0, 1]],
    ['48 windows one by one', session(), SECOND + 48.9 * HOUR, ['window', 0, 1]],
    ['of 49 the first as backfill', session(), SECOND + 49 * HOUR, ['backfill', 0, 1]],
    ['of many a day as backfill', session(), SECOND + 900 * HOUR, ['backfill', 0, 24]],
    [
      'a chain that has none yet first',
      session({ chains: [openChain(SECOND), { ...home, files: [] }] }),
      SECOND + 5 * HOUR,
      ['first', -1, 0],
    ],
    [
      'the windows of an ended session',
      session({ ended: SECOND + 1.5 * HOUR }),
      SECOND + 9 * HOUR,
      ['window', 0, 1],
    ],
    ['then its end', session({ ended: SECOND + 0.5 * HOUR }), SECOND + 9 * HOUR, ['final', 0, 0.5]],
    ['an end a second later at the least', session({ ended: SECOND }), SECOND, ['final', 0, 1 / 3600]],
  ] as const)('%s', (_, of, now, expected) => {
    expect(kinds(of, now)).toEqual(expected);
  });
});

it('a window with very many files ends early, at a whole second, and not within the second of its start', () => {
  const many = Array.from({ length: EARLY_FILES }, () => file(SECOND + 100));
  const busy = session({ chains: [openChain(SECOND, many)] });
  expect(dueDigests(busy, SECOND + 900, HOUR)).toBeUndefined();
  expect(dueDigests(busy, SECOND + 5_900, HOUR)).toMatchObject({
    kind: 'window',
    start: SECOND,
    end: SECOND + 5_000,
  });
  const calm = session({ chains: [openChain(SECOND, many.slice(1))] });
  expect(dueDigests(calm, SECOND + 5_900, HOUR)).toBeUndefined();
});

describe('delivered digests', () => {
  const chain = openChain(SECOND, [file(SECOND + 1), file(SECOND + HOUR - 1), file(SECOND + HOUR)]);
  const member = { ...home, files: 2, fingerprint: 'f', bucket: 'b' };
  const other = { ...member, region: 'eu-west-1' };
  const link = { bucket: 'b', key: 'k', sha256: 's', signature: 'x' };
  const stage: DigestStage = { kind: 'window', start: SECOND, end: SECOND + HOUR, members: [member, other] };
  const state: DigestState = {
    sessions: [session({ chains: [chain, { ...chain, region: 'eu-west-1' }] })],
    delivered: 7,
    stage,
  };

  it('move the heads that they are of, and the window when none is left', () => {
    const some = afterDelivery(state, stage, [{ member, link }]);
    expect(some.stage?.members).toEqual([other]);
    expect(some.sessions[0]!.from).toBe(SECOND);
    expect(some.sessions[0]!.chains.map(({ head, files }) => [head, files.length])).toEqual([
      [link, 1],
      [undefined, 3],
    ]);
    const all = afterDelivery(some, some.stage!, [{ member: other, link }]);
    expect(all).toMatchObject({ delivered: 9, sessions: [{ from: SECOND + HOUR }] });
    expect(all).not.toHaveProperty('stage');
  });

  it('that are final end the session, and say where', () => {
    const final: DigestStage = { ...stage, kind: 'final', members: [member] };
    expect(afterDelivery(state, final, [{ member, link }])).toEqual({
      sessions: [],
      delivered: 8,
      lastEnd: SECOND + HOUR,
    });
  });

  it('list the files that were delivered before the end of the window; the final one lists the rest', () => {
    expect(filesUntil(chain, 'window', SECOND + HOUR)).toBe(2);
    expect(filesUntil(chain, 'final', SECOND + HOUR)).toBe(3);
    expect(filesUntil(chain, 'first', SECOND)).toBe(0);
  });
});
