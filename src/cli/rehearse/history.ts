import type { ApiClient } from '../api-client.ts';
import type { CliContext } from '../context.ts';
import { readLines } from '../ndjson.ts';
import { rangeOf, type SearchOptions } from '../search-options.ts';

/** A record of the history: its own bytes as text, and parsed. */
export interface PastEvent {
  readonly text: string;
  readonly record: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** What is rehearsed on. */
export interface PastRange extends Pick<SearchOptions, 'account' | 'region' | 'category'> {
  readonly start: number;
  readonly end: number;
}

/** Records between two signs of progress. */
const STRIDE = 5_000;

/** Streams the history, oldest first; a person at a terminal sees how far it is. @throws CliError */
export async function* readHistory(
  api: ApiClient,
  range: PastRange,
  context: CliContext,
): AsyncGenerator<PastEvent> {
  const response = await api.post('/v1/export', JSON.stringify(rangeOf(range)));
  let count = 0;
  for await (const text of readLines(response)) {
    const record = JSON.parse(text) as Record<string, unknown>;
    const time = Date.parse(String(record.eventTime));
    if (++count % STRIDE === 0 && context.err.isTTY)
      context.err.write(`\r${count} events, ${new Date(time).toISOString().slice(0, 10)} `);
    yield { text, record, time };
  }
  if (count >= STRIDE && context.err.isTTY) context.err.write('\r\u001b[K');
}
