import { parentPort, workerData } from 'node:worker_threads';
import { inspectLog, type ListedLog } from '../../digest/verify/index.ts';
import { openReader } from './open-reader.ts';
import type { Place } from './place.ts';

/** A batch of log files to read. */
export interface InspectOrder {
  readonly number: number;
  readonly logs: readonly ListedLog[];
}

// One thread of `createThreadInspector`: reads, inflates and hashes whatever it is told to, and answers with verdicts.
const port = parentPort;
if (port) {
  const reader = await openReader(workerData as Place, process.env);
  port.on('message', async ({ number, logs }: InspectOrder) => {
    try {
      const verdicts = await Promise.all(logs.map((log) => inspectLog(reader, log)));
      port.postMessage(
        { number, verdicts },
        verdicts.map(({ eventIds }) => eventIds.buffer),
      );
    } catch (error) {
      port.postMessage({ number, failure: error instanceof Error ? error.message : String(error) });
    }
  });
}
