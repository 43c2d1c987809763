import { cutBlock, decodeBlock, repoOf, rowsOf } from './block.ts';
import type { CollectedRecord } from './collected.ts';

/** Records of one repository as they lie in the log, ready to be handed on whole. */
export interface CollectedBlock {
  readonly repo: string;
  /** How many records. */
  readonly count: number;
  /** As the repository takes them (`repos/block`). */
  readonly rows: Buffer;
  /** The same, one by one: dear. */
  records(): readonly CollectedRecord[];
}

/** A run of blocks, and where to go on. */
export interface CollectedBlocks {
  /** The number of the first record; later than asked for when the log was trimmed meanwhile. */
  readonly from: number;
  readonly next: number;
  readonly blocks: readonly CollectedBlock[];
}

/** A block with the numbers of its first record and of the one behind its last. */
export interface PlacedBlock {
  readonly first: number;
  readonly end: number;
  readonly block: Buffer;
}

/** What of a block lies from number `from` to before `to`. */
export function collectedBlock({ first, end, block }: PlacedBlock, from: number, to: number): CollectedBlock {
  const part = from > first || to < end ? cutBlock(first, block, from, to) : block;
  return {
    repo: repoOf(block),
    count: Math.min(end, to) - Math.max(first, from),
    rows: rowsOf(part),
    records: () => decodeBlock(Math.max(first, from), part),
  };
}
