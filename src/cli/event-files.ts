import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CliError } from './context.ts';
import { type Framing, RecordScanner } from './record-scanner.ts';

/** Records of one file that travel in one request. */
export interface RecordBatch {
  readonly file: string;
  readonly framing: Framing;
  /** Place of the first record in the file, from 1. */
  readonly first: number;
  readonly records: readonly Buffer[];
}

const MAX_RECORDS = 500;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads a file of events in batches: NDJSON or a log file, gzip or not (its first bytes tell); `-` is standard input.
 * @throws CliError naming the file when it cannot be read to its end.
 */
export async function* readBatches(file: string): AsyncGenerator<RecordBatch> {
  const scanner = new RecordScanner();
  let records: Buffer[] = [];
  let bytes = 0;
  let first = 1;
  const cut = (): RecordBatch => {
    const batch = { file, framing: scanner.framing ?? 'lines', first, records };
    first += records.length;
    records = [];
    bytes = 0;
    return batch;
  };
  try {
    for await (const chunk of unpacked(
      file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 262_144 }),
    )) {
      for (const record of scanner.push(chunk)) {
        if (records.length > 0 && bytes + record.length > MAX_BYTES) yield cut();
        records.push(record);
        bytes += record.length;
        if (records.length === MAX_RECORDS) yield cut();
      }
    }
    records.push(...scanner.end());
  } catch (cause) {
    // What was whole before the damage is sent all the same: sending it again later does no harm.
    if (records.length > 0) yield cut();
    throw new CliError(`cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
  if (records.length > 0) yield cut();
}

/** The body of a request that carries a batch. */
export function bodyOf(batch: RecordBatch): Buffer {
  const separator = Buffer.from(batch.framing === 'lines' ? '\n' : ',');
  const parts = batch.records.flatMap((record, index) => (index === 0 ? [record] : [separator, record]));
  if (batch.framing === 'lines') return Buffer.concat(parts);
  return Buffer.concat([Buffer.from('{"Records":['), ...parts, Buffer.from(']}')]);
}

async function* unpacked(source: Readable): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head = Buffer.alloc(0);
  let done = false;
  while (!done && head.length < 2) {
    const next = await chunks.next();
    done = next.done === true;
    if (!done) head = Buffer.concat([head, next.value]);
  }
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  const whole = async function* (): AsyncGenerator<Buffer> {
    yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  };
  if (!isGzip) return yield* whole();
  const gunzip = createGunzip();
  const { pipeline, Readable: Source } = await import('node:stream');
  pipeline(Source.from(whole()), gunzip, () => undefined);
  for await (const chunk of gunzip) yield chunk as Buffer;
}
