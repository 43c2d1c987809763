import { nextNumber } from '../../lmdb/index.ts';
import type { BusEnvironment } from '../store/environment.ts';
import {
  type Delivery,
  type DropReason,
  deadLetterAttributes,
  retryDelay,
  type SendOutcome,
  type TargetSender,
} from './delivery.ts';
import { LANE_LIMITS, type LaneLimits, Lanes, type Waiting } from './lanes.ts';

/** Totals since the process started. */
export interface OutboxCounters {
  delivered: number;
  failedTries: number;
  deadLetters: number;
  /** Dead letters whose queue did not take them either. */
  deadLettersLost: number;
  readonly dropped: Map<DropReason, number>;
}

/** A delivery to be taken, with what the target is sent. */
export interface NewDelivery {
  readonly delivery: Delivery;
  readonly message: string;
}

/** What targets are owed: on disk before anybody is told, tried until taken or given up. */
export interface Outbox {
  readonly counters: OutboxCounters;
  readonly size: { readonly events: number; readonly bytes: number };
  /**
   * Takes deliveries and, in the same commit, notes that the journal has been read to `mark`; nothing of it when it was
   * read that far before. On disk on return. A target that is far behind loses the newest, counted.
   */
  add(wanted: readonly NewDelivery[], mark?: number): Promise<void>;
  count(reason: DropReason, by?: number): void;
  /** Looks for what has become due; runs by itself. */
  poll(): void;
  /** Resolves when nothing is being tried; for tests. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** A dead letter queue is tried so often, over about a quarter of an hour. */
const DEAD_LETTER_TRIES = 10;
const POLL_EVERY = 500;
/** Between two tries to write something down, ms. */
const LONGEST_WAIT = 60_000;

/** Opens the outbox and goes on where the last process stopped: what was not written down as taken is sent again. */
export function openOutbox(options: {
  readonly env: BusEnvironment;
  readonly sender: TargetSender;
  readonly now: () => number;
  readonly limits?: LaneLimits;
  /** ms between two looks for what has become due. */
  readonly pollEvery?: number;
  readonly onError?: (what: string, error: unknown) => void;
}): Outbox {
  const { env, sender, now, onError, pollEvery = POLL_EVERY } = options;
  const lanes = new Lanes(options.limits ?? LANE_LIMITS);
  const counters: OutboxCounters = {
    delivered: 0,
    failedTries: 0,
    deadLetters: 0,
    deadLettersLost: 0,
    dropped: new Map(),
  };
  const running = new Set<Promise<void>>();
  const pauses = new Set<() => void>();
  let closed = false;

  const count = (reason: DropReason, by = 1) =>
    void counters.dropped.set(reason, (counters.dropped.get(reason) ?? 0) + by);

  for (const { key: number, value } of env.owed.getRange()) {
    const bytes = env.messages.get(number)?.length ?? 0;
    lanes.count(value.targetArn, bytes);
    lanes.schedule({ number, targetArn: value.targetArn, bytes, dueAt: value.nextTryAt }, now());
  }

  function poll(): void {
    if (closed) return;
    for (const waiting of lanes.take(now())) {
      const work = attempt(waiting)
        // Closed before it could be written down: it is tried again by the next process.
        .catch((error: unknown) => onError?.('writing down a delivery of the event bus', error))
        .finally(() => {
          running.delete(work);
          lanes.finish(waiting.targetArn);
          poll();
        });
      running.add(work);
    }
  }

  async function attempt(waiting: Waiting): Promise<void> {
    const { number } = waiting;
    const delivery = env.owed.get(number);
    const message = env.messages.get(number);
    if (!delivery || message === undefined) return lanes.release(waiting);
    if (delivery.dead) return await attemptDead(waiting, delivery, message);
    if (delivery.failed > 0 && now() > delivery.deadline)
      return await giveUp(waiting, delivery, message, 'too-old', failure('EXPIRED', 'too old'));
    const outcome = await sender.send(delivery, message);
    if (outcome.kind === 'delivered') {
      counters.delivered++;
      return await forget(waiting);
    }
    counters.failedTries++;
    const tried = { ...delivery, failed: delivery.failed + 1 };
    if (outcome.kind === 'refused') return await giveUp(waiting, tried, message, 'refused', outcome);
    if (tried.failed > delivery.maxRetries)
      return await giveUp(waiting, tried, message, 'retries-exhausted', outcome);
    const nextTryAt = now() + retryDelay(tried.failed);
    if (nextTryAt > delivery.deadline) return await giveUp(waiting, tried, message, 'too-old', outcome);
    await later(waiting, { ...tried, nextTryAt });
  }

  async function giveUp(
    waiting: Waiting,
    delivery: Delivery,
    message: string,
    reason: DropReason,
    { code, message: text }: Exclude<SendOutcome, { kind: 'delivered' }>,
  ): Promise<void> {
    count(reason);
    onError?.(
      `an event for ${delivery.targetArn} of ${delivery.ruleArn} was given up (${reason}): ${code}: ${text}`,
      undefined,
    );
    if (delivery.deadLetterArn === undefined) return await forget(waiting);
    const dead = { ...delivery, dead: { reason, code, message: text }, nextTryAt: now() };
    // Written down first: a crash must not send it to its target again.
    await writeDown(() => env.owed.put(waiting.number, dead));
    await attemptDead(waiting, dead, message);
  }

  async function attemptDead(waiting: Waiting, delivery: Delivery, message: string): Promise<void> {
    const attributes = deadLetterAttributes(delivery);
    const outcome = await sender.sendDeadLetter(delivery.deadLetterArn!, delivery, message, attributes);
    if (outcome.kind === 'delivered') {
      counters.deadLetters++;
      return await forget(waiting);
    }
    const tries = (delivery.deadTries ?? 0) + 1;
    if (outcome.kind === 'refused' || tries >= DEAD_LETTER_TRIES) {
      counters.deadLettersLost++;
      onError?.(`${delivery.deadLetterArn} did not take a dead letter: ${outcome.message}`, undefined);
      return await forget(waiting);
    }
    await later(waiting, { ...delivery, deadTries: tries, nextTryAt: now() + retryDelay(tries) });
  }

  async function later(waiting: Waiting, delivery: Delivery): Promise<void> {
    await writeDown(() => env.owed.put(waiting.number, delivery));
    lanes.schedule({ ...waiting, dueAt: delivery.nextTryAt }, now());
  }

  async function forget(waiting: Waiting): Promise<void> {
    await writeDown(() =>
      env.root.transaction(() => {
        void env.owed.remove(waiting.number);
        void env.messages.remove(waiting.number);
      }),
    );
    lanes.release(waiting);
  }

  /** Until it is on disk: a disk that is full for a while must neither repeat a delivery nor leave it lying. */
  async function writeDown(write: () => Promise<unknown>): Promise<void> {
    for (let wait = pollEvery; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      try {
        await write();
        return;
      } catch (error) {
        if (closed) throw error;
        onError?.('writing down a delivery of the event bus; it is tried again', error);
        await pause(wait);
      }
    }
  }

  async function pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        pauses.delete(end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      pauses.add(end);
    });
  }

  const timer = setInterval(poll, pollEvery);
  timer.unref();
  poll();

  return {
    counters,
    count,
    poll,
    get size() {
      return { events: lanes.owed, bytes: lanes.bytes };
    },
    async add(wanted, mark) {
      const taken = wanted.filter(({ delivery, message }) => {
        const isTaken = lanes.reserve(delivery.targetArn, message.length);
        if (!isTaken) count('full');
        return isTaken;
      });
      let first: number | undefined;
      try {
        first = await env.root.transaction(() => {
          const { root, owed, messages } = env;
          if (mark !== undefined) {
            if (mark <= (root.get('journal') ?? 0)) return undefined;
            void root.put('journal', mark);
          }
          const begin = nextNumber(root, 'next', taken.length);
          for (const [at, { delivery, message }] of taken.entries()) {
            void owed.put(begin + at, delivery);
            void messages.put(begin + at, message);
          }
          return begin;
        });
      } finally {
        for (const [at, { delivery, message }] of taken.entries()) {
          const { targetArn, nextTryAt } = delivery;
          const bytes = message.length;
          if (first === undefined) lanes.release({ targetArn, bytes });
          else lanes.schedule({ number: first + at, targetArn, bytes, dueAt: nextTryAt }, now());
        }
      }
      poll();
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
    async close() {
      closed = true;
      clearInterval(timer);
      for (const end of [...pauses]) end();
      await Promise.all(running);
    },
  };
}

function failure(code: string, message: string) {
  return { kind: 'refused', code, message } as const;
}
