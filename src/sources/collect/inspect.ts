import { join } from 'node:path';
import { openEnvironment, type TellDisagreement, wholeRows } from '../../lmdb/index.ts';
import { bytesBefore, decodeBlock } from './block.ts';
import { BlockFiles } from './block-files.ts';
import { bytesAt, countAt, isPlace, placeAt } from './block-place.ts';
import type { CollectedRecord } from './collected.ts';

/** How many records are looked up in their repositories. */
const SAMPLES = 200;

/** A reader's place in the log, as it is written down. */
export interface ReaderPlace {
  readonly reader: string;
  readonly at: number;
  /** The end of a range that it has begun. */
  readonly stage?: number;
}

/** A record that was collected, as far as it is needed to find it again. */
export interface CollectedSample {
  readonly seq: number;
  readonly repo: string;
  readonly eventId: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** What a check of the log of collected records tells other checks. */
export interface CheckedCollection {
  readonly head: number;
  readonly tail: number;
  readonly readers: readonly ReaderPlace[];
  /** Records that the log still holds. */
  readonly records: number;
  /** Some of them, spread evenly. */
  readonly samples: readonly CollectedSample[];
}

/** Goes through the log of collected records kept in `path`, which no server uses. Changes nothing. */
export async function inspectCollected(path: string, tell: TellDisagreement): Promise<CheckedCollection> {
  const env = openEnvironment<unknown>(path);
  const files = new BlockFiles(join(path, 'blocks'));
  let found: readonly CollectedRecord[] = [];
  /** Can all records of the block be read? */
  const isWhole = (row: Buffer): boolean => {
    found = decodeBlock(0, blockOf(row, files));
    return found.every(({ raw, eventId }) => raw.length >= 0 && eventId !== undefined);
  };
  try {
    const blocks = env.openDB<Buffer, number>({ name: 'blocks', encoding: 'binary' });
    const kept = env.get('head') as { readonly seq: number } | undefined;
    let tail: number | undefined;
    let next: { seq: number; bytes: number } | undefined;
    let records = 0;
    const samples: CollectedSample[] = [];
    const step = Math.ceil(blocks.getKeysCount() / SAMPLES);
    let block = 0;
    for (const { key, value } of wholeRows('blocks', blocks, isWhole, tell)) {
      tail ??= key;
      if (next && key !== next.seq)
        tell('index', `the log has no collected records ${next.seq} to ${key - 1}`);
      else if (next && bytesBefore(value) !== next.bytes)
        tell('sum', `record ${key} stands at byte ${bytesBefore(value)}, not at ${next.bytes}`);
      const count = found.length;
      if (count !== countAt(value))
        tell('sum', `the block of record ${key} holds ${count} records, not ${countAt(value)}`);
      records += count;
      if (block++ % step === 0) {
        const [first] = found;
        if (first) samples.push({ seq: key, repo: first.repo, eventId: first.eventId, time: first.time });
      }
      next = { seq: key + count, bytes: bytesBefore(value) + bytesAt(value) };
    }
    const head = next?.seq ?? kept?.seq ?? 0;
    if (kept && kept.seq > head)
      tell(
        'index',
        `the log has no collected records ${head} to ${kept.seq - 1}, which it had when it was trimmed`,
      );
    const repos = env.get('reader/repos') as { readonly at: number; readonly stage?: number } | undefined;
    return {
      head,
      tail: tail ?? head,
      records,
      samples,
      readers: repos ? [{ reader: 'the repositories', ...repos }] : [],
    };
  } finally {
    await files.close();
    await env.close();
  }
}

function blockOf(row: Buffer, files: BlockFiles): Buffer {
  if (!isPlace(row)) return row;
  const block = Buffer.allocUnsafeSlow(bytesAt(row));
  files.read(placeAt(row), block);
  return block;
}
