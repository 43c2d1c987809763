import type { Database, RootDatabase } from 'lmdb';
import { bytesBefore, countRecords, decodeBlock, setBytesBefore } from './block.ts';
import { BlockFiles } from './block-files.ts';
import { bytesAt, countAt, isPlace, placeAt, writePlace } from './block-place.ts';
import type { CollectedRange, CollectedRecord } from './collected.ts';
import { type CollectedBlock, type CollectedBlocks, collectedBlock } from './collected-blocks.ts';

/** How blocks are kept. */
export interface BlockLogOptions {
  /** Of the files. */
  readonly folder: string;
  /** While it says no, files stay of which the log has let go. Default: it never does. */
  readonly mayRemove?: (() => boolean) | undefined;
  /** Smaller blocks lie with their numbers in the database: many files of few records share one sync. Default 64 kB. */
  readonly leastInFile?: number | undefined;
  /** A file that has reached this gets no more blocks. Default 64 MB. */
  readonly fileBytes?: number | undefined;
}
/** Blocks that one transaction of trimming removes. */
const TRIM_STEP = 500;

/** A place in the log: a record's number, and the bytes of blocks that stood before it since the beginning. */
export interface LogPlace {
  readonly seq: number;
  readonly bytes: number;
}

/** A block on its way into the log, and how many of its records belong there: at least one. */
export interface NewBlock {
  readonly block: Buffer;
  readonly kept: number;
}

/** Blocks that have their numbers, and are where they will be found; nobody sees them yet. */
export interface WrittenBlocks {
  readonly rows: readonly (readonly [number, Buffer])[];
  /** The head with them. */
  readonly head: LogPlace;
}

/** What `readBlocks` answers at most. */
export interface BlockLimits {
  readonly maxBytes: number;
  readonly maxBlocks?: number;
  readonly to?: number;
  readonly into?: Buffer;
}

/** Blocks of collected records by the numbers of their first records: large ones in files, of which the database holds the places. */
export class BlockLog {
  readonly #env: RootDatabase<unknown, string>;
  readonly #blocks: Database<Buffer, number>;
  readonly #files: BlockFiles;
  readonly #mayRemove: () => boolean;
  readonly #leastInFile: number;
  #head: LogPlace;
  #tail: LogPlace;

  constructor(env: RootDatabase<unknown, string>, options: BlockLogOptions) {
    const { folder, mayRemove = () => true, leastInFile = 64 << 10, fileBytes } = options;
    this.#env = env;
    this.#blocks = env.openDB({ name: 'blocks', encoding: 'binary' });
    this.#files = new BlockFiles(folder, fileBytes);
    this.#mayRemove = mayRemove;
    this.#leastInFile = leastInFile;
    this.#head = this.#readHead();
    this.#tail = this.#readTail();
    this.#files.removeFrom(this.#head.seq);
    this.#removeFiles();
  }

  get head(): LogPlace {
    return this.#head;
  }

  get tail(): LogPlace {
    return this.#tail;
  }

  /** Numbers the blocks and writes the large ones. One call at a time, each with its `put` and `show` before the next. */
  async write(blocks: readonly NewBlock[]): Promise<WrittenBlocks> {
    let head = this.#head;
    const large: { readonly seq: number; readonly block: Buffer; readonly kept: number }[] = [];
    const rows: [number, Buffer][] = [];
    for (const { block, kept } of blocks) {
      setBytesBefore(block, head.bytes);
      if (block.length >= this.#leastInFile) large.push({ seq: head.seq, block, kept });
      else rows.push([head.seq, block]);
      head = { seq: head.seq + kept, bytes: head.bytes + block.length };
    }
    const [first] = large;
    if (first) {
      const places = await this.#files.append(
        first.seq,
        large.map(({ block }) => block),
      );
      for (const [at, { seq, block, kept }] of large.entries()) {
        rows.push([seq, writePlace(places[at]!, kept, bytesBefore(block))]);
      }
    }
    return { rows, head };
  }

  /** Within a transaction. */
  put({ rows }: WrittenBlocks): void {
    for (const [seq, row] of rows) void this.#blocks.put(seq, row);
  }

  /** When that transaction is on disk. */
  show({ head }: WrittenBlocks): void {
    this.#head = head;
  }

  read(from: number, { maxBytes, to }: { readonly maxBytes: number; readonly to?: number }): CollectedRange {
    const first = Math.max(from, this.#tail.seq);
    const end = Math.min(to ?? this.#head.seq, this.#head.seq);
    const records: CollectedRecord[] = [];
    if (first >= end) return { from: first, next: Math.max(first, end), records };
    let bytes = 0;
    for (const key of this.#blocks.getKeys({ start: this.#blockOf(first), end })) {
      if (records.length > 0 && bytes >= maxBytes) return { from: first, next: key, records };
      for (const record of decodeBlock(key, this.#load(key))) {
        if (record.seq < first) continue;
        if (record.seq >= end || bytes >= maxBytes) return { from: first, next: record.seq, records };
        records.push(record);
        bytes += record.raw.length;
      }
    }
    return { from: first, next: first + records.length, records };
  }

  readBlocks(from: number, { maxBytes, maxBlocks, to, into }: BlockLimits): CollectedBlocks {
    const first = Math.max(from, this.#tail.seq);
    const end = Math.min(to ?? this.#head.seq, this.#head.seq);
    const blocks: CollectedBlock[] = [];
    let next = Math.max(first, end);
    if (first >= end) return { from: first, next, blocks };
    let bytes = 0;
    for (const key of this.#blocks.getKeys({ start: this.#blockOf(first), end })) {
      next = key;
      const length = bytesAt(this.#row(key));
      if (blocks.length > 0 && bytes + length > maxBytes) return { from: first, next, blocks };
      if (blocks.length === maxBlocks) return { from: first, next, blocks };
      const block = this.#load(key, into?.subarray(bytes));
      const behind = key + countRecords(block);
      next = Math.min(behind, end);
      blocks.push(collectedBlock({ first: key, end: behind, block }, first, end));
      bytes += length;
    }
    return { from: first, next, blocks };
  }

  /** Bytes of blocks that stand from this number on. */
  bytesFrom(seq: number): number {
    if (seq >= this.#head.seq) return 0;
    const block = this.#blockOf(seq);
    return this.#head.bytes - (block <= seq ? bytesBefore(this.#row(block)) : this.#tail.bytes);
  }

  /** Removes whole blocks that end at or before `seq`, stopping at the first that reaches `bytes` if that is not 0. */
  async trimTo(seq: number, bytes: number): Promise<void> {
    while (this.#tail.seq < seq && (bytes === 0 || this.#tail.bytes < bytes)) {
      // Up to the head: what stands beyond it is on its way to the disk, and nobody has read it.
      const range = { start: this.#tail.seq, end: this.#head.seq, limit: TRIM_STEP + 1 };
      const keys = [...this.#blocks.getKeys(range)];
      const gone: number[] = [];
      for (const [at, key] of keys.entries()) {
        const end = keys[at + 1] ?? (keys.length <= TRIM_STEP ? this.#head.seq : Number.POSITIVE_INFINITY);
        if (end > seq) break;
        if (bytes !== 0 && bytesBefore(this.#row(key)) >= bytes) break;
        gone.push(key);
      }
      if (gone.length === 0) break;
      const head = this.#head;
      await this.#env.batch(() => {
        void this.#env.put('head', head);
        for (const key of gone) void this.#blocks.remove(key);
      });
      this.#tail = this.#readTail();
    }
    if (!this.#files.hasBefore(this.#tail.seq)) return;
    await this.#env.flushed;
    this.#removeFiles();
  }

  async close(): Promise<void> {
    await this.#files.close();
  }

  #removeFiles(): void {
    if (this.#mayRemove()) this.#files.removeBefore(this.#tail.seq);
  }

  /** The number of the block in which this record is; where there is none, the first. */
  #blockOf(seq: number): number {
    for (const key of this.#blocks.getKeys({ reverse: true, start: seq, limit: 1 })) return key;
    return seq;
  }

  /** The database's own memory, which is longer and holds something else after the next thing that is read. */
  #row(key: number): Buffer {
    return this.#blocks.getBinaryFast(key) as Buffer;
  }

  /** The block itself, in `into` if that has room. */
  #load(key: number, into?: Buffer): Buffer {
    const row = this.#row(key);
    const bytes = bytesAt(row);
    const block = into && bytes <= into.length ? into.subarray(0, bytes) : Buffer.allocUnsafeSlow(bytes);
    if (isPlace(row)) this.#files.read(placeAt(row), block);
    else row.subarray(0, bytes).copy(block);
    return block;
  }

  #readHead(): LogPlace {
    for (const key of this.#blocks.getKeys({ reverse: true, limit: 1 })) {
      const row = this.#row(key);
      return { seq: key + countAt(row), bytes: bytesBefore(row) + bytesAt(row) };
    }
    // An empty log may have been trimmed: numbers are never used twice.
    return (this.#env.get('head') as LogPlace | undefined) ?? { seq: 0, bytes: 0 };
  }

  #readTail(): LogPlace {
    for (const key of this.#blocks.getKeys({ limit: 1 }))
      return { seq: key, bytes: bytesBefore(this.#row(key)) };
    return this.#head;
  }
}
