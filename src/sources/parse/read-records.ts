import { createRecoder } from './charset.ts';
import { type InflateLimits, inflate } from './inflate.ts';
import { RecordSplitter, type TakeRecord } from './record-splitter.ts';

/** How a file is read. */
export interface ReadOptions extends InflateLimits {
  /** Label of the charset of its text, such as `utf-8` (WHATWG Encoding). */
  readonly charset: string;
}

/**
 * Hands on the records of a file as it lay in its bucket (gzip or not; a log file, an array, NDJSON): their own bytes, not
 * parsed yet.
 * @throws Unreadable after the records that could be read
 */
export async function readRecords(body: Buffer, options: ReadOptions, take: TakeRecord): Promise<void> {
  const splitter = new RecordSplitter();
  const recoder = createRecoder(options.charset);
  for await (const chunk of inflate(body, options)) {
    splitter.push(recoder ? recoder.push(chunk) : chunk, take);
  }
  if (recoder) splitter.push(recoder.end(), take);
  splitter.end(take);
}
