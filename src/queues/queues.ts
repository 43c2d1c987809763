import { Arrivals, type StartTimer, startRealTimer } from './arrivals.ts';
import {
  type NewMessage,
  type Queue,
  type QueueAddress,
  type QueueCounts,
  queueArn,
  type ReceivedMessage,
  readQueueArn,
} from './queue.ts';
import { noSuchQueue, QueueError } from './queue-error.ts';
import { readReceipt } from './receipt.ts';
import { Boxes, sizeOf, type Taken } from './store/boxes.ts';
import { openQueuesEnvironment } from './store/environment.ts';
import { QueueBook } from './store/queue-book.ts';

/** Totals since the process started. */
export interface QueueCounters {
  sent: number;
  received: number;
  deleted: number;
  deadLettered: number;
  /** Messages that no receiver will see, by reason: older than the queue's retention, or no room for them. */
  readonly dropped: Map<'expired' | 'full' | 'disk', number>;
}

/** How to receive. */
export interface ReceiveRequest {
  /** 1 to 10. */
  readonly limit: number;
  /** Seconds; absent: the queue's own. */
  readonly visibility?: number;
  /** Seconds to wait for the first message; absent: the queue's own. */
  readonly wait?: number;
  /** Calls `run` when the receiver has gone meanwhile; answers a function that forgets about it. */
  readonly onGone?: (run: () => void) => () => void;
}

/** What became of a wish about one received message. */
export type ReceiptOutcome = 'done' | 'not in flight' | 'gone' | 'invalid';

/** Queues and their messages. May be called concurrently; what changes something is on disk when its promise resolves. */
export interface Queues {
  readonly book: QueueBook;
  /** Sends messages, all or none; answers their ids. @throws QueueError QueueDoesNotExist, ServiceUnavailable */
  send(address: QueueAddress, messages: readonly NewMessage[]): Promise<string[]>;
  /** Takes messages for a while; waits for the first as long as it is told. @throws QueueError QueueDoesNotExist */
  receive(address: QueueAddress, request: ReceiveRequest): Promise<readonly ReceivedMessage[]>;
  /** Removes received messages. A message that somebody else has received since stays: `done` all the same, as on AWS. */
  remove(address: QueueAddress, handles: readonly string[]): Promise<ReceiptOutcome[]>;
  /** Hides received messages for so many seconds from now; 0 gives them back. */
  hide(
    address: QueueAddress,
    wishes: readonly { readonly handle: string; readonly seconds: number }[],
  ): Promise<ReceiptOutcome[]>;
  count(queue: Queue): QueueCounts;
  /** Bytes that all messages take. */
  readonly bytes: number;
  readonly counters: QueueCounters;
  /** Removes messages past their retention, and those of deleted and purged queues; runs by itself every minute. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

const SWEEP_EVERY = 60_000;
/** Receivers that wait at one queue at the same time. */
const MAX_WAITING = 1_000;

/** Opens (and makes) the queues kept in `path`. */
export function openQueues(options: {
  /** A folder of its own. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Size of all messages at which new ones are refused. */
  readonly maxBytes: number;
  /** Why nothing may be written now (a full disk); undefined while all is well. */
  readonly refusal?: () => string | undefined;
  readonly startTimer?: StartTimer;
  readonly onError?: (what: string, error: unknown) => void;
}): Queues {
  const { path, now, maxBytes, refusal, onError } = options;
  const env = openQueuesEnvironment(path);
  const book = new QueueBook(env, sweepSoon);
  const boxes = new Boxes(env);
  const arrivals = new Arrivals(options.startTimer ?? startRealTimer);
  const counters: QueueCounters = { sent: 0, received: 0, deleted: 0, deadLettered: 0, dropped: new Map() };
  let sweeping: Promise<void> | undefined;
  let closed = false;

  function count(reason: 'expired' | 'full' | 'disk', messages: number): void {
    if (messages > 0) counters.dropped.set(reason, (counters.dropped.get(reason) ?? 0) + messages);
  }

  /** @throws QueueError ServiceUnavailable */
  function mustHaveRoom(messages: readonly NewMessage[]): void {
    const reason = refusal?.();
    if (reason !== undefined) {
      count('disk', messages.length);
      throw new QueueError('ServiceUnavailable', reason);
    }
    const bytes = messages.reduce(
      (sum, { body, attributes }) =>
        sum + sizeOf({ body, ...(attributes && { attributes: [...attributes] }) }),
      0,
    );
    if (boxes.bytes + bytes <= maxBytes) return;
    count('full', messages.length);
    throw new QueueError(
      'ServiceUnavailable',
      `the queues hold ${Math.floor(boxes.bytes / 1e6)} MB that nobody has received, as much as --queues-max-bytes allows`,
    );
  }

  async function take(address: QueueAddress, request: ReceiveRequest): Promise<readonly ReceivedMessage[]> {
    const taken = await env.root.transaction((): Taken | undefined => {
      const queue = book.find(address);
      if (!queue) return undefined;
      const target = queue.redrive && readQueueArn(queue.redrive.deadLetterTargetArn);
      const deadLetters = target && book.find(target);
      return boxes.take({
        uid: queue.uid,
        box: queue.box,
        now: now(),
        limit: request.limit,
        visibility: (request.visibility ?? queue.visibilityTimeout) * 1000,
        edge: now() - queue.retention * 1000,
        ...(queue.redrive && {
          redrive: {
            maxReceiveCount: queue.redrive.maxReceiveCount,
            sourceArn: queueArn(queue),
            targetBox: deadLetters?.box,
          },
        }),
      });
    });
    if (!taken) throw noSuchQueue();
    counters.received += taken.messages.length;
    counters.deadLettered += taken.moved;
    count('expired', taken.expired);
    if (taken.moved > 0) announceTarget(address);
    return taken.messages;
  }

  function announceTarget(address: QueueAddress): void {
    const arn = book.find(address)?.redrive?.deadLetterTargetArn;
    const target = arn === undefined ? undefined : readQueueArn(arn);
    const queue = target && book.find(target);
    if (queue) arrivals.announce(queue.uid);
  }

  async function sweepAll(): Promise<void> {
    for (const box of [...env.garbage.getKeys({})]) {
      while (!closed && (await env.root.transaction(() => boxes.clear(box))));
      if (closed) return;
      await env.garbage.remove(box);
    }
    for (const { box, retention } of book.all()) {
      for (;;) {
        if (closed) return;
        const expired = await env.root.transaction(() => boxes.expire(box, now() - retention * 1000));
        count('expired', expired);
        if (expired === 0) break;
      }
    }
  }

  function sweep(): Promise<void> {
    sweeping ??= sweepAll().finally(() => {
      sweeping = undefined;
    });
    return sweeping;
  }

  function sweepSoon(): void {
    if (!closed) sweep().catch((error: unknown) => onError?.('clearing old messages', error));
  }

  const timer = setInterval(sweepSoon, SWEEP_EVERY);
  timer.unref();
  // What the last process left of a deleted queue.
  sweepSoon();

  return {
    book,
    counters,
    sweep,
    count: (queue) => boxes.counts(queue.box, now()),
    get bytes() {
      return boxes.bytes;
    },

    async send(address, messages) {
      mustHaveRoom(messages);
      const sent = await env.root.transaction(() => {
        const queue = book.find(address);
        return queue && { queue, ids: boxes.put(queue.box, messages, now(), queue.delay) };
      });
      if (!sent) throw noSuchQueue();
      counters.sent += messages.length;
      arrivals.announce(sent.queue.uid);
      return sent.ids;
    },

    async receive(address, request) {
      const deadline = now() + (request.wait ?? book.get(address).waitTime) * 1000;
      let gone = false;
      for (;;) {
        const queue = book.get(address);
        const due = boxes.nextDue(queue.box);
        if (due !== undefined && due <= now()) {
          const messages = await take(address, request);
          if (messages.length > 0) return messages;
          continue;
        }
        const left = deadline - now();
        if (left <= 0 || gone || closed || arrivals.count(queue.uid) >= MAX_WAITING) return [];
        const onGone = request.onGone;
        await arrivals.wait(
          queue.uid,
          Math.min(left, due === undefined ? left : due - now()),
          onGone &&
            ((run) =>
              onGone(() => {
                gone = true;
                run();
              })),
        );
        if (gone || closed) return [];
      }
    },

    async remove(address, handles) {
      const queue = book.get(address);
      const receipts = handles.map((handle) => readReceipt(handle, queue));
      const removed = await env.root.transaction(
        () => receipts.filter((receipt) => receipt && boxes.remove(receipt)).length,
      );
      counters.deleted += removed;
      return receipts.map((receipt) => (receipt ? 'done' : 'invalid'));
    },

    async hide(address, wishes) {
      const queue = book.get(address);
      const outcomes = await env.root.transaction(() =>
        wishes.map(({ handle, seconds }): ReceiptOutcome => {
          const receipt = readReceipt(handle, queue);
          if (!receipt) return 'invalid';
          const outcome = boxes.hide(receipt, now() + seconds * 1000, now());
          return outcome === 'hidden' ? 'done' : outcome;
        }),
      );
      arrivals.announce(queue.uid);
      return outcomes;
    },

    async close() {
      closed = true;
      clearInterval(timer);
      arrivals.close();
      await sweeping?.catch(() => undefined);
      await env.root.close();
    },
  };
}
