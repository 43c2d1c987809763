import { createRecoder } from './charset.ts';
import { type InflateLimits, inflate } from './inflate.ts';
import { type CutRecord, RecordSplitter } from './record-splitter.ts';

/** How a file is read. */
export interface ReadOptions extends InflateLimits {
  /** Label of the charset of its text, such as `utf-8` (WHATWG Encoding). */
  readonly charset: string;
}

/**
 * The records of a file as it lay in its bucket (gzip or not; a log file, an array, NDJSON), in runs: their own bytes,
 * not parsed yet.
 * @throws Unreadable after the records that could be read
 */
export async function* readRecords(body: Buffer, options: ReadOptions): AsyncGenerator<readonly CutRecord[]> {
  const splitter = new RecordSplitter();
  const recoder = createRecoder(options.charset);
  for await (const chunk of inflate(body, options)) {
    yield splitter.push(recoder ? recoder.push(chunk) : chunk);
  }
  if (recoder) yield splitter.push(recoder.end());
  yield splitter.end();
}
