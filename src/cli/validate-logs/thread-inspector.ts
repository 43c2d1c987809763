import type { Worker } from 'node:worker_threads';
import { inspectLog, type ListedLog, type LogInspector, type LogVerdict } from '../../digest/verify/index.ts';
import { CliError } from '../context.ts';
import { startInspectThread } from './inspect-thread.ts';
import type { InspectOrder } from './inspect-worker.ts';
import type { PlaceReader } from './open-reader.ts';
import { type PackedVerdicts, unpackVerdicts } from './packed-verdicts.ts';
import type { Place } from './place.ts';

type InspectAnswer =
  | { readonly number: number; readonly packed: PackedVerdicts }
  | { readonly number: number; readonly failure: string };

interface Waiting {
  readonly order: InspectOrder;
  readonly resolve: (verdicts: readonly LogVerdict[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Batches that another thread works on at a time: enough that it waits neither for the network nor for the next order,
 * which this thread gives when it has a moment.
 */
const AT_ONCE = 8;
/** And this one: with more it would leave the others waiting. */
const AT_ONCE_HERE = 2;
/** Batches that wait until a third thread is worth its start. */
const WORTH_A_THREAD = 2;

/** Inspects in several threads; `close` ends them. */
export interface ThreadInspector extends LogInspector {
  close(): Promise<void>;
}

/** Takes batches, at most `most` at a time. */
interface Hand {
  readonly most: number;
  load: number;
  give(waiting: Waiting): void;
}

/**
 * Each thread reads for itself, so that no content goes from one to the other.
 *
 * @param threads The first beside this one, which would otherwise wait, and how many there may be with this one.
 * @param reader What this thread reads with.
 */
export function createThreadInspector(
  place: Place,
  threads: { readonly first: Worker; readonly most: number },
  reader: PlaceReader,
): ThreadInspector {
  const queue: Waiting[] = [];
  const working = new Map<number, Waiting>();
  const workers: Worker[] = [];
  // A disk is read without waiting, so that of several batches one would only wait for the other.
  const here: Hand = {
    most: place.kind === 's3' ? AT_ONCE_HERE : 1,
    load: 0,
    give: (waiting) => void inspectHere(waiting),
  };
  const hands: Hand[] = [here];
  let failure: Error | undefined;
  let next = 0;

  async function inspectHere({ order, resolve, reject }: Waiting): Promise<void> {
    try {
      const verdicts = await Promise.all(order.logs.map((log) => inspectLog(reader, log)));
      resolve(verdicts);
    } catch (error) {
      reject(error as Error);
    }
    // What the other threads have sent is waiting, and they for it.
    await new Promise((done) => setImmediate(done));
    here.load--;
    dispatch();
  }

  function employ(worker: Worker): void {
    if (worker.threadId < 0)
      failure = new CliError('a thread that reads log files has ended', { exitCode: 255 });
    worker.postMessage(place);
    const hand: Hand = {
      ...{ most: AT_ONCE, load: 0 },
      give(waiting) {
        working.set(waiting.order.number, waiting);
        worker.postMessage(waiting.order);
      },
    };
    worker.on('message', (answer: InspectAnswer) => {
      hand.load--;
      settle(answer);
      dispatch();
    });
    worker.on('error', fail);
    workers.push(worker);
    hands.push(hand);
  }

  function settle(answer: InspectAnswer): void {
    const waiting = working.get(answer.number);
    working.delete(answer.number);
    if ('packed' in answer) waiting?.resolve(unpackVerdicts(answer.packed));
    else waiting?.reject(new CliError(answer.failure, { exitCode: 255 }));
  }

  function fail(error: Error): void {
    failure = error;
    for (const { reject } of [...working.values(), ...queue.splice(0)]) reject(error);
    working.clear();
  }

  employ(threads.first);

  function dispatch(): void {
    if (queue.length > WORTH_A_THREAD && hands.length < threads.most) employ(startInspectThread());
    for (;;) {
      const free = hands.reduce((a, b) => (b.load / b.most < a.load / a.most ? b : a));
      const waiting = free.load < free.most ? queue.shift() : undefined;
      if (waiting === undefined) return;
      free.load++;
      free.give(waiting);
    }
  }

  return {
    async inspect(logs: readonly ListedLog[]) {
      const [first] = logs;
      if (first === undefined) return [];
      const address = await reader.addressOf?.(first.bucket);
      if (failure) throw failure;
      return await new Promise((resolve, reject) => {
        queue.push({ order: { number: next++, logs, ...(address && { address }) }, resolve, reject });
        dispatch();
      });
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
