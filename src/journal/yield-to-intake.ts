import type { Journal } from './journal.ts';

/** What counts as a burst, and how long readers make room for it. */
export interface YieldOptions {
  readonly now: () => number;
  /** Default: a timer. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** Bytes of records a second above which intake needs the processor for itself; default 35 MB. */
  readonly burst?: number;
  /** Milliseconds after which a burst is the normal case, and readers go on beside it; default 10 s. */
  readonly patience?: number;
}

const WINDOW = 200;
const PAUSE = 50;

/**
 * A journal whose readers wait while a burst comes in: senders are waiting for their answers, log files and history are
 * not. For ten seconds at the most, so that no load, however long, keeps events from being delivered.
 */
export function yieldToIntake(journal: Journal, options: YieldOptions): Journal {
  const { now, burst = 35e6, patience = 10_000 } = options;
  const sleep = options.sleep ?? ((milliseconds) => new Promise((done) => setTimeout(done, milliseconds)));
  let window = { start: now(), bytes: journal.head().bytes };
  /** When the burst began that goes on, and when it was last seen. */
  let began: number | undefined;
  let seen = 0;

  journal.onAppend(() => {
    const time = now();
    const elapsed = time - window.start;
    if (elapsed < WINDOW) return;
    const { bytes } = journal.head();
    // A pause between two appends is part of the window: a single large batch is no burst.
    if (((bytes - window.bytes) / elapsed) * 1_000 > burst) {
      began ??= time;
      seen = time;
    } else began = undefined;
    window = { start: time, bytes };
  });

  const isBurst = () => {
    if (began === undefined) return false;
    const time = now();
    if (time - seen > 2 * WINDOW) began = undefined;
    return began !== undefined && time - began < patience;
  };

  return {
    ...journal,
    async read(from, limits) {
      while (isBurst()) await sleep(PAUSE);
      return journal.read(from, limits);
    },
  };
}
