import { parentPort, workerData } from 'node:worker_threads';
import { type BucketReader, inspectLog, type ListedLog } from '../../digest/verify/index.ts';
import { openReader } from './open-reader.ts';
import { packVerdicts } from './packed-verdicts.ts';
import type { Place } from './place.ts';
import { type BucketAddress, createPlainGet } from './plain-get.ts';

/** A batch of log files to read. */
export interface InspectOrder {
  readonly number: number;
  readonly logs: readonly ListedLog[];
  /** Where the first one's bucket answers: then the SDK, which takes longer to load than many files, is not needed. */
  readonly address?: BucketAddress;
}

// One thread of `createThreadInspector`: reads, inflates and hashes whatever it is told to, and answers with verdicts.
const port = parentPort;
if (port) {
  const place = workerData as Place;
  const plainGet = createPlainGet();
  let opened: Promise<BucketReader> | undefined;
  const whole = () => {
    opened ??= openReader(place, process.env);
    return opened;
  };

  const readerFor = ({ logs, address }: InspectOrder): BucketReader => ({
    keepsMetadata: place.kind === 's3',
    async *list(...args) {
      yield* (await whole()).list(...args);
    },
    async get(bucket, key, maxBytes) {
      const isNear = address !== undefined && bucket === logs[0]?.bucket;
      return (
        (isNear && (await plainGet(address, key, maxBytes))) ||
        (await (await whole()).get(bucket, key, maxBytes))
      );
    },
  });

  port.on('message', async (order: InspectOrder) => {
    const { number, logs } = order;
    try {
      const reader = readerFor(order);
      const verdicts = await Promise.all(logs.map((log) => inspectLog(reader, log)));
      const packed = packVerdicts(verdicts);
      port.postMessage({ number, packed }, [packed.eventIds.buffer]);
    } catch (error) {
      port.postMessage({ number, failure: error instanceof Error ? error.message : String(error) });
    }
  });
}
