import { type State, StateConflict } from '../state/index.ts';
import { Lanes, type StartTimer } from './lanes.ts';
import type { DeliveryOutcome } from './outcome.ts';
import { type Owed, sizeOf } from './owed.ts';
import { QUEUE_PHASES, type RetryPhases, retryDelay } from './retry-schedule.ts';

/**
 * Why a message was given up: the endpoint or a rule about addresses refused it, all tries failed, too many waited, the
 * subscription ended, or the dead-letter queue did not take it.
 */
export type DropReason = 'refused' | 'exhausted' | 'full' | 'unsubscribed' | 'dead-letter-queue';

/** Totals since the process started. */
export interface OutboxCounters {
  /** By protocol; `http` includes what older versions left. */
  readonly delivered: Map<string, number>;
  readonly failedTries: Map<string, number>;
  /** Messages that went to a dead-letter queue instead. */
  deadLettered: number;
  readonly dropped: Map<DropReason, number>;
}

/** What holds for a message at the time of a try. */
export interface Plan {
  readonly phases: RetryPhases;
  /** ARN of the queue that gets it when it is given up. */
  readonly deadLetterQueue?: string;
}

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
    super(`${MAX_OWED} messages, or ${MAX_BYTES / 1e6} MB of them, wait for subscribers already`);
    this.name = 'OutboxFull';
  }
}

const PREFIX = 'topic-outbox/';
/** Between two tries to write something down, ms. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 60_000;
const MAX_OWED = 20_000;
const MAX_BYTES = 256e6;
const MAX_OWED_TO_ONE = 2_000;
const MAX_BYTES_TO_ONE = 64e6;

/** How much one subscriber is owed. */
interface Debt {
  messages: number;
  bytes: number;
}

/**
 * Opens the outbox and goes on where the last process stopped: a message whose delivery was not written down is sent
 * again, so that one crash repeats it once at most. `planOf` is asked before each try and answers undefined when the
 * message is not wanted any more: a subscription may have ended or changed meanwhile. `deliver` sends once; a message
 * with `deadLetterQueue` goes there.
 */
export async function openOutbox(options: {
  readonly state: State;
  readonly deliver: (owed: Owed) => Promise<DeliveryOutcome>;
  readonly planOf: (owed: Owed) => Promise<Plan | undefined>;
  readonly now: () => number;
  readonly startTimer?: StartTimer;
  readonly log?: (message: string, details: Readonly<Record<string, unknown>>) => void;
}): Promise<Outbox> {
  const { state, deliver, planOf, now } = options;
  const startTimer = options.startTimer ?? startRealTimer;
  const log = options.log ?? (() => undefined);
  const lanes = new Lanes({ now, startTimer, onReady: pump });
  const debts = new Map<string, Debt>();
  const versions = new Map<string, number>();
  /** What the last process left: not taken again from a publisher who does not know that it was taken. */
  const fromBefore = new Set<string>();
  const timers = new Set<() => void>();
  const pauses = new Set<() => void>();
  const running = new Set<Promise<void>>();
  const counters: OutboxCounters = {
    delivered: new Map(),
    failedTries: new Map(),
    deadLettered: 0,
    dropped: new Map(),
  };
  const total: Debt = { messages: 0, bytes: 0 };
  let closed = false;

  function schedule(owed: Owed): void {
    if (closed) return;
    const delay = owed.nextTryAt - now();
    if (delay <= 0) {
      lanes.add(owed);
      return;
    }
    const cancel = startTimer(() => {
      timers.delete(cancel);
      lanes.add(owed);
      pump();
    }, delay);
    timers.add(cancel);
  }

  function pump(): void {
    for (let turn = closed ? undefined : lanes.take(); turn; turn = lanes.take()) {
      const { owed, done } = turn;
      let isHealthy = false;
      const work = attempt(owed)
        .then((outcome) => {
          isHealthy = outcome;
        })
        .catch((error: unknown) => {
          // Closed before it could be written down: the next process tries again.
          log('cannot write down a delivery', { subscription: owed.subscriptionArn, error: String(error) });
        })
        .finally(() => {
          done(isHealthy);
          if (!debts.has(owed.subscriptionArn)) lanes.forget(owed.subscriptionArn);
          running.delete(work);
          pump();
        });
      running.add(work);
    }
  }

  /** One try; answers whether the subscriber took the message. */
  async function attempt(owed: Owed): Promise<boolean> {
    const plan = await planOf(owed);
    if (!plan) {
      await drop(owed, 'unsubscribed', 'the subscription has ended');
      return true;
    }
    const outcome = await deliver(owed);
    if (outcome.kind === 'delivered') {
      if (owed.deadLetterQueue) counters.deadLettered++;
      else count(counters.delivered, owed.protocol ?? 'http');
      await forget(owed);
      return true;
    }
    count(counters.failedTries, owed.protocol ?? 'http');
    const failed = owed.failed + 1;
    const delay =
      outcome.kind === 'refused'
        ? undefined
        : retryDelay(failed, owed.deadLetterQueue ? QUEUE_PHASES : plan.phases);
    if (delay !== undefined) await rewrite({ ...owed, failed, nextTryAt: now() + delay });
    else if (owed.deadLetterQueue) await drop(owed, 'dead-letter-queue', outcome.reason);
    else if (plan.deadLetterQueue) {
      log('message goes to the dead-letter queue', detailsOf(owed, outcome.reason));
      await rewrite({ ...owed, deadLetterQueue: plan.deadLetterQueue, failed: 0, nextTryAt: now() });
    } else await drop(owed, outcome.kind === 'refused' ? 'refused' : 'exhausted', outcome.reason);
    return false;
  }

  async function rewrite(next: Owed): Promise<void> {
    await writeDown(next, async () => {
      versions.set(next.id, await state.put(PREFIX + next.id, next, versions.get(next.id)!));
    });
    schedule(next);
  }

  /** Until it is on disk: a disk that is full for a while must neither repeat a message nor leave it lying. */
  async function writeDown(owed: Owed, write: () => Promise<void>): Promise<void> {
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      try {
        await write();
        return;
      } catch (error) {
        if (closed || error instanceof StateConflict) throw error;
        log('cannot write down a delivery; it is tried again', {
          subscription: owed.subscriptionArn,
          error: String(error),
        });
        await pause(wait);
      }
    }
  }

  /** Ends with the outbox. */
  async function pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        pauses.delete(end);
        resolve();
      };
      const cancel = startTimer(end, milliseconds);
      pauses.add(end);
    });
  }

  async function drop(owed: Owed, reason: DropReason, why: string): Promise<void> {
    count(counters.dropped, reason);
    log('message given up', { ...detailsOf(owed, why), reason });
    await forget(owed);
  }

  async function forget(owed: Owed): Promise<void> {
    await writeDown(owed, () => state.delete(PREFIX + owed.id, versions.get(owed.id)!));
    versions.delete(owed.id);
    release(owed);
  }

  function debtOf(owed: Owed): Debt {
    const known = debts.get(owed.subscriptionArn);
    if (known) return known;
    const debt = { messages: 0, bytes: 0 };
    debts.set(owed.subscriptionArn, debt);
    return debt;
  }

  function reserve(owed: Owed): void {
    for (const debt of [total, debtOf(owed)]) {
      debt.messages++;
      debt.bytes += sizeOf(owed);
    }
  }

  function release(owed: Owed): void {
    const own = debtOf(owed);
    for (const debt of [total, own]) {
      debt.messages--;
      debt.bytes -= sizeOf(owed);
    }
    if (own.messages === 0) debts.delete(owed.subscriptionArn);
  }

  for (const { value, version } of await state.list<Owed>(PREFIX)) {
    versions.set(value.id, version);
    fromBefore.add(value.id);
    reserve(value);
    schedule(value);
  }
  pump();

  return {
    get size() {
      return total.messages;
    },
    counters,
    async add(given) {
      const all = given.filter(({ id }) => !fromBefore.has(id) && !versions.has(id));
      const bytes = all.reduce((sum, owed) => sum + sizeOf(owed), 0);
      if (total.messages + all.length > MAX_OWED || total.bytes + bytes > MAX_BYTES) throw new OutboxFull();
      const taken = all.filter((owed) => {
        const debt = debts.get(owed.subscriptionArn);
        if (!debt) return true;
        if (debt.messages < MAX_OWED_TO_ONE && debt.bytes + sizeOf(owed) <= MAX_BYTES_TO_ONE) return true;
        count(counters.dropped, 'full');
        log('message given up', { ...detailsOf(owed, 'too many wait for it'), reason: 'full' });
        return false;
      });
      // Counted before the write, so that publishers at the same time cannot pass the bound together.
      for (const owed of taken) reserve(owed);
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
      for (const end of [...pauses]) end();
      lanes.close();
      await Promise.all(running);
    },
  };
}

/** Never the endpoint: it may carry a password. */
function detailsOf(owed: Owed, why: string) {
  return { subscription: owed.subscriptionArn, tries: owed.failed + 1, why };
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function startRealTimer(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
}
