import { type MessagePort, parentPort } from 'node:worker_threads';
import { type BucketReader, inspectLog, type ListedLog } from '../../digest/verify/index.ts';
import { openReader } from './open-reader.ts';
import { packVerdicts } from './packed-verdicts.ts';
import type { Place } from './place.ts';
import type { BucketAddress, PlainGet } from './plain-get.ts';

/** A batch of log files to read. */
export interface InspectOrder {
  readonly number: number;
  readonly logs: readonly ListedLog[];
  /** Where the first one's bucket answers: then the SDK, which takes longer to load than many files, is not needed. */
  readonly address?: BucketAddress;
}

// One thread of `createThreadInspector`: hears first what it reads from; then it reads, inflates and hashes whatever it
// is told to, and answers with verdicts.
const port = parentPort;
port?.once('message', (place: Place) => {
  const readerFor = createReaders(place);
  port.on('message', (order: InspectOrder) => void inspect(port, readerFor(order), order));
});

async function inspect(port: MessagePort, reader: BucketReader, { number, logs }: InspectOrder) {
  try {
    const packed = packVerdicts(await Promise.all(logs.map((log) => inspectLog(reader, log))));
    port.postMessage({ number, packed }, [packed.eventIds.buffer]);
  } catch (error) {
    port.postMessage({ number, failure: error instanceof Error ? error.message : String(error) });
  }
}

/** Readers for orders, which know or do not know where their bucket answers. */
function createReaders(place: Place): (order: InspectOrder) => BucketReader {
  let opened: Promise<BucketReader> | undefined;
  let plain: Promise<PlainGet> | undefined;
  const whole = () => {
    opened ??= openReader(place, process.env);
    return opened;
  };
  const getPlainly: PlainGet = async (...args) => {
    // For a folder, nothing of the network is loaded.
    plain ??= import('./plain-get.ts').then(({ createPlainGet }) => createPlainGet());
    return await (await plain)(...args);
  };
  return ({ logs, address }) => ({
    keepsMetadata: place.kind === 's3',
    async *list(...args) {
      yield* (await whole()).list(...args);
    },
    async get(bucket, key, maxBytes) {
      const isNear = address !== undefined && bucket === logs[0]?.bucket;
      return (
        (isNear && (await getPlainly(address, key, maxBytes))) ||
        (await (await whole()).get(bucket, key, maxBytes))
      );
    },
  });
}
