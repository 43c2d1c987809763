import { createRecoder } from './charset.ts';
import { type InflateLimits, inflate, inflateWhole } from './inflate.ts';
import { RecordSplitter, type TakeRecord } from './record-splitter.ts';

/** How a file is read. */
export interface ReadOptions extends InflateLimits {
  /** Label of the charset of its text, such as `utf-8` (WHATWG Encoding). */
  readonly charset: string;
}

/**
 * As `readRecords`, and without a wait: nothing else in this thread may read a file before its caller is done with the
 * records, whose bytes lie in memory that all files share. False: nothing was handed on, `readRecords` must be asked.
 * @throws Unreadable after the records that could be read
 */
export function readRecordsAtOnce(body: Buffer, options: ReadOptions, take: TakeRecord): boolean {
  if (createRecoder(options.charset)) return false;
  const splitter = new RecordSplitter();
  const text = inflateWhole(body, options, splitter.roomFor);
  if (!text) return false;
  splitter.push(text, take);
  splitter.end(take);
  return true;
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
