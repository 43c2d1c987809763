import type { State } from '../state/index.ts';
import type { Post } from './http-post.ts';
import { retryDelay } from './retry-schedule.ts';

/** One POST that is owed to one subscriber, kept in `state` until it is delivered or given up. */
export interface Owed {
  /** Sorts by time of publishing. */
  readonly id: string;
  readonly topicArn: string;
  readonly subscriptionArn: string;
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly failed: number;
  /** Milliseconds since the epoch. */
  readonly nextTryAt: number;
}

/** Totals since the process started. */
export interface OutboxCounters {
  delivered: number;
  failedTries: number;
  /** By reason: `refused` by the endpoint or an address rule, `exhausted` tries, `full`, `unsubscribed`. */
  readonly dropped: Map<'refused' | 'exhausted' | 'full' | 'unsubscribed', number>;
}

/** Waits; tests hand in one that they drive. Answers a function that calls it off. */
export type StartTimer = (run: () => void, delayMs: number) => () => void;

/** Messages on their way to subscribers. */
export interface Outbox {
  /** Owed messages, on disk and not. */
  readonly size: number;
  readonly counters: OutboxCounters;
  /**
   * Takes messages; resolves when they are on disk. A subscriber that is far behind loses the newest, counted.
   * @throws OutboxFull when all of them together are too many; nothing was taken then.
   */
  add(owed: readonly Owed[]): Promise<void>;
  /** Stops trying; what is under way is waited for. */
  close(): Promise<void>;
}

/** Too many messages wait for subscribers that do not take them. */
export class OutboxFull extends Error {
  constructor() {
    super(`${MAX_OWED} messages wait for subscribers already`);
    this.name = 'OutboxFull';
  }
}

const PREFIX = 'topic-outbox/';
const MAX_OWED = 20_000;
const MAX_OWED_TO_ONE = 2_000;
/** Tries at the same time, in all and to one subscriber: a slow one must not hold the others. */
const MAX_RUNNING = 64;
const MAX_RUNNING_TO_ONE = 4;

/** What is known of one subscriber. */
interface Lane {
  readonly due: Owed[];
  owed: number;
  running: number;
}

/**
 * Opens the outbox and goes on where the last process stopped: a message whose delivery was not written down is sent
 * again (at least once). `isWanted` is asked before each try: a subscription may have ended meanwhile.
 */
export async function openOutbox(options: {
  readonly state: State;
  readonly post: Post;
  readonly now: () => number;
  readonly startTimer?: StartTimer;
  readonly isWanted: (owed: Owed) => Promise<boolean>;
  readonly log?: (message: string, details: Readonly<Record<string, unknown>>) => void;
}): Promise<Outbox> {
  const { state, post, now, isWanted } = options;
  const startTimer = options.startTimer ?? startRealTimer;
  const log = options.log ?? (() => undefined);
  const lanes = new Map<string, Lane>();
  const versions = new Map<string, number>();
  const timers = new Set<() => void>();
  const running = new Set<Promise<void>>();
  const counters: OutboxCounters = { delivered: 0, failedTries: 0, dropped: new Map() };
  let reserved = 0;
  let closed = false;

  function laneOf(subscriptionArn: string): Lane {
    const known = lanes.get(subscriptionArn);
    if (known) return known;
    const lane = { due: [], owed: 0, running: 0 };
    lanes.set(subscriptionArn, lane);
    return lane;
  }

  function schedule(owed: Owed): void {
    const delay = owed.nextTryAt - now();
    if (delay <= 0) {
      laneOf(owed.subscriptionArn).due.push(owed);
      return;
    }
    const cancel = startTimer(() => {
      timers.delete(cancel);
      laneOf(owed.subscriptionArn).due.push(owed);
      pump();
    }, delay);
    timers.add(cancel);
  }

  function pump(): void {
    if (closed) return;
    for (const lane of lanes.values()) {
      while (running.size < MAX_RUNNING && lane.running < MAX_RUNNING_TO_ONE && lane.due.length > 0) {
        start(lane, lane.due.shift()!);
      }
    }
  }

  function start(lane: Lane, owed: Owed): void {
    lane.running++;
    const work = attempt(owed)
      .catch((error: unknown) => {
        // The state store failed: the message stays on disk and is tried again by the next process.
        log('cannot write down a delivery', { subscription: owed.subscriptionArn, error: String(error) });
      })
      .finally(() => {
        lane.running--;
        running.delete(work);
        pump();
      });
    running.add(work);
  }

  async function attempt(owed: Owed): Promise<void> {
    if (!(await isWanted(owed))) return await drop(owed, 'unsubscribed', 'the subscription has ended');
    const outcome = await post(owed.endpoint, owed.headers, owed.body);
    if (outcome.kind === 'delivered') {
      counters.delivered++;
      return await forget(owed);
    }
    counters.failedTries++;
    const failed = owed.failed + 1;
    const delay = retryDelay(failed);
    if (outcome.kind === 'refused') return await drop(owed, 'refused', outcome.reason);
    if (delay === undefined) return await drop(owed, 'exhausted', outcome.reason);
    const next = { ...owed, failed, nextTryAt: now() + delay };
    versions.set(owed.id, await state.put(PREFIX + owed.id, next, versions.get(owed.id)!));
    if (!closed) schedule(next);
  }

  async function drop(
    owed: Owed,
    reason: 'refused' | 'exhausted' | 'unsubscribed',
    why: string,
  ): Promise<void> {
    count(reason);
    log('message given up', { subscription: owed.subscriptionArn, tries: owed.failed + 1, reason, why });
    await forget(owed);
  }

  function count(reason: 'refused' | 'exhausted' | 'full' | 'unsubscribed'): void {
    counters.dropped.set(reason, (counters.dropped.get(reason) ?? 0) + 1);
  }

  async function forget(owed: Owed): Promise<void> {
    await state.delete(PREFIX + owed.id, versions.get(owed.id)!);
    versions.delete(owed.id);
    release(owed);
  }

  function release(owed: Owed): void {
    reserved--;
    const lane = laneOf(owed.subscriptionArn);
    if (--lane.owed === 0) lanes.delete(owed.subscriptionArn);
  }

  for (const { value, version } of await state.list<Owed>(PREFIX)) {
    versions.set(value.id, version);
    reserved++;
    laneOf(value.subscriptionArn).owed++;
    schedule(value);
  }
  pump();

  return {
    get size() {
      return reserved;
    },
    counters,
    async add(all) {
      if (reserved + all.length > MAX_OWED) throw new OutboxFull();
      const taken = all.filter((owed) => {
        if (laneOf(owed.subscriptionArn).owed < MAX_OWED_TO_ONE) return true;
        count('full');
        log('message given up', { subscription: owed.subscriptionArn, reason: 'full' });
        return false;
      });
      // Counted before the write, so that publishers at the same time cannot pass the bound together.
      for (const owed of taken) {
        reserved++;
        laneOf(owed.subscriptionArn).owed++;
      }
      const written = await Promise.allSettled(
        taken.map(async (owed) => versions.set(owed.id, await state.put(PREFIX + owed.id, owed, 0))),
      );
      let failure: unknown;
      written.forEach((result, index) => {
        if (result.status === 'fulfilled') schedule(taken[index]!);
        else {
          failure ??= result.reason;
          release(taken[index]!);
        }
      });
      pump();
      if (failure !== undefined) throw failure;
    },
    async close() {
      closed = true;
      for (const cancel of timers) cancel();
      timers.clear();
      await Promise.all(running);
    },
  };
}

function startRealTimer(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
}
