import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ListedLog, LogInspector, LogVerdict } from '../../digest/verify/index.ts';
import { CliError } from '../context.ts';
import type { InspectOrder } from './inspect-worker.ts';
import { type PackedVerdicts, unpackVerdicts } from './packed-verdicts.ts';
import type { Place } from './place.ts';
import type { BucketAddress } from './plain-get.ts';

type InspectAnswer =
  | { readonly number: number; readonly packed: PackedVerdicts }
  | { readonly number: number; readonly failure: string };

interface Waiting {
  readonly order: InspectOrder;
  readonly resolve: (verdicts: readonly LogVerdict[]) => void;
  readonly reject: (error: Error) => void;
}

/** Batches that one thread works on at a time: enough that none waits for the network or for the next order. */
const AT_ONCE = 3;

/** Inspects in threads of its own; `close` ends them. */
export interface ThreadInspector extends LogInspector {
  close(): Promise<void>;
}

/**
 * @param threads How many; each reads for itself, so that no content passes through the main thread.
 * @param addressOf How to get a bucket's objects without the SDK, where the place knows it.
 */
export function createThreadInspector(
  place: Place,
  threads: number,
  addressOf?: (bucket: string) => Promise<BucketAddress | undefined>,
): ThreadInspector {
  const queue: Waiting[] = [];
  const working = new Map<number, Waiting>();
  const workers: { readonly worker: Worker; load: number }[] = [];
  let failure: Error | undefined;
  let next = 0;

  function startWorker(): void {
    const file = new URL(`./inspect-worker${extname(import.meta.url)}`, import.meta.url);
    const entry = { worker: new Worker(file, { workerData: place }), load: 0 };
    entry.worker.on('message', (answer: InspectAnswer) => {
      entry.load--;
      settle(answer);
      dispatch();
    });
    entry.worker.on('error', fail);
    workers.push(entry);
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

  function dispatch(): void {
    for (;;) {
      const free = workers.reduce((a, b) => (b.load < a.load ? b : a));
      const waiting = free.load < AT_ONCE ? queue.shift() : undefined;
      if (waiting === undefined) return;
      free.load++;
      working.set(waiting.order.number, waiting);
      free.worker.postMessage(waiting.order);
    }
  }

  return {
    async inspect(logs: readonly ListedLog[]) {
      const [first] = logs;
      if (first === undefined) return [];
      const address = await addressOf?.(first.bucket);
      if (failure) throw failure;
      if (workers.length < threads) startWorker();
      return await new Promise((resolve, reject) => {
        queue.push({ order: { number: next++, logs, ...(address && { address }) }, resolve, reject });
        dispatch();
      });
    },
    async close() {
      await Promise.all(workers.map(({ worker }) => worker.terminate()));
    },
  };
}
