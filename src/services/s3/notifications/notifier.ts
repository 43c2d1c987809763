import type { OwedNotice, OwedNotices } from '../../../objects/index.ts';
import { DestinationError, type NoticeDestinations } from './destinations.ts';
import { eventMessage } from './event-message.ts';

/** Totals since the process started. */
export interface NotifierCounters {
  sent: number;
  failedTries: number;
  /** Notices that nobody was told of, by reason: tried for a day in vain, or of a form that its target cannot take. */
  readonly dropped: Map<'missing' | 'forbidden' | 'unfit' | 'failed', number>;
}

/** Carries what is owed to its targets. */
export interface Notifier {
  readonly counters: NotifierCounters;
  /** Stops; what is under way is waited for. */
  close(): Promise<void>;
}

/** Waits; tests hand in one that they drive. Answers a function that calls it off. */
export type StartTimer = (run: () => void, milliseconds: number) => () => void;

/** Notices that are sent before their place on disk is given up, at once. */
const BATCH = 50;
/** Milliseconds: the wait after the first failure, doubled after each more, and the longest. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 300_000;
/** For how long a target may refuse before a notice is given up: long enough to repair its policy. */
const PATIENCE = 86_400_000;

/**
 * Sends the notices, each target's in order of writing and one after the other; targets do not wait for each other. A
 * notice is let go of after its target has it on disk: a crash in between repeats it (at least once, as S3 promises).
 */
export function startNotifier(options: {
  readonly notices: OwedNotices;
  readonly destinations: NoticeDestinations;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly startTimer?: StartTimer;
  readonly onError?: (what: string, error: unknown) => void;
}): Notifier {
  const { notices, destinations, now, onError } = options;
  const startTimer = options.startTimer ?? startRealTimer;
  const counters: NotifierCounters = { sent: 0, failedTries: 0, dropped: new Map() };
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, () => void>();
  const failures = new Map<string, number>();
  let closed = false;

  function pump(): void {
    if (closed) return;
    for (const lane of notices.lanes()) if (!running.has(lane) && !waiting.has(lane)) start(lane);
  }

  function start(lane: string): void {
    const work = run(lane)
      .catch((error: unknown) => {
        onError?.(`sending notices to ${lane}`, error);
        rest(lane);
      })
      .finally(() => {
        running.delete(lane);
        // What became owed after the last look.
        if (!closed && !waiting.has(lane) && notices.next(lane, 1).length > 0) start(lane);
      });
    running.set(lane, work);
  }

  /** Empties a lane, or leaves it to a timer at the first failure. */
  async function run(lane: string): Promise<void> {
    while (!closed) {
      const batch = notices.next(lane, BATCH);
      if (batch.length === 0) return;
      const done: (typeof batch)[number]['key'][] = [];
      let isDown = false;
      for (const { key, notice } of batch) {
        if (closed) break;
        if (!(await carry(notice))) {
          isDown = true;
          break;
        }
        done.push(key);
        failures.delete(lane);
      }
      if (done.length > 0) await notices.drop(done);
      if (isDown) return rest(lane);
    }
  }

  /** True when the notice can be let go of. */
  async function carry(notice: OwedNotice): Promise<boolean> {
    const source = { bucketArn: `arn:aws:s3:::${notice.bucket}`, account: notice.account };
    try {
      if (notice.target.kind === 'event-bus') await destinations.putEvent(notice);
      else await destinations.send(notice.target, eventMessage(notice), source);
      counters.sent++;
      return true;
    } catch (error) {
      counters.failedTries++;
      const reason = error instanceof DestinationError ? error.reason : 'failed';
      if (reason !== 'unfit' && now() - notice.at < PATIENCE) return false;
      counters.dropped.set(reason, (counters.dropped.get(reason) ?? 0) + 1);
      onError?.(
        `a notice of s3://${notice.bucket}/${notice.key} to ${notice.target.arn} was given up`,
        error,
      );
      return true;
    }
  }

  function rest(lane: string): void {
    if (closed) return;
    const failed = (failures.get(lane) ?? 0) + 1;
    failures.set(lane, failed);
    const wait = Math.min(FIRST_WAIT * 2 ** (failed - 1), LONGEST_WAIT);
    const cancel = startTimer(() => {
      waiting.delete(lane);
      if (!closed && !running.has(lane)) start(lane);
    }, wait);
    waiting.set(lane, cancel);
  }

  notices.onOwed(pump);
  pump();

  return {
    counters,
    async close() {
      closed = true;
      for (const cancel of waiting.values()) cancel();
      waiting.clear();
      await Promise.all(running.values());
    },
  };
}

const startRealTimer: StartTimer = (run, milliseconds) => {
  const timer = setTimeout(run, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
};
