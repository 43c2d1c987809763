import { type BlockRow, isKept, keepNot, RepoBlockWriter, readRepoBlock } from '../../repos/block/index.ts';
import {
  DictionaryColumn,
  NativeBlockReader,
  StringColumn,
  sizeOfNativeBlock,
  UInt32Column,
  writeNativeBlock,
} from '../../store/native/index.ts';
import type { BlockMemory } from './block-memory.ts';
import type { CollectedRecord } from './collected.ts';

/**
 * How collected records lie in the log: some hundred records of one file and one repository in one block.
 *
 * `version u8 | 3 free bytes | count u32 | header length u32 | bytes before f64 | place of the rows u32 | header JSON |
 * what only the log keeps (Native) | the repository's rows (Native)`. The thread that read the file writes it all; what
 * only the log knows (which records are duplicates, how many bytes stand before) has its place and is filled in without
 * copying the rest. The rows go to the engine as they lie here.
 */
const VERSION = 2;
const HEADER_AT = 24;

/** A record on its way into a block. */
export type BlockRecord = Omit<CollectedRecord, 'seq' | 'sourceId' | 'bucket' | 'key' | 'arrivedAt' | 'repo'>;

/** What all records of a file share. */
export interface BlockOrigin {
  readonly sourceId: string;
  readonly bucket: string;
  readonly key: string;
  readonly arrivedAt: number;
}

interface Header extends BlockOrigin {
  readonly repo: string;
}

/** Lays records out as a block, and then as the next one; none of them is dropped yet. */
export class BlockWriter {
  #header: Header | undefined;
  readonly #rows = new RepoBlockWriter();
  readonly #own = { position: new UInt32Column(), event: new StringColumn(), tags: new DictionaryColumn() };
  #tags: readonly string[] = [];
  #tagsText = '[]';

  /** Begins a block of records of one file and one repository. */
  begin(origin: BlockOrigin, repo: string): void {
    const { sourceId, bucket, key, arrivedAt } = origin;
    this.#header = { sourceId, bucket, key, arrivedAt, repo };
  }

  get count(): number {
    return this.#rows.rows;
  }

  /** `saysItsId`: its bytes hold `eventID` once, as it is here; undefined: unknown. */
  add(record: BlockRecord, saysItsId?: boolean): void {
    // Rules share their lists between records.
    if (record.tags !== this.#tags) {
      this.#tags = record.tags;
      this.#tagsText = JSON.stringify(record.tags);
    }
    this.#own.position.add(record.position);
    this.#own.event.add(record.eventId);
    this.#own.tags.add(this.#tagsText);
    this.#rows.add(this.#header!, record, saysItsId);
  }

  /** In memory that nothing else lies in: it is handed to another thread. */
  finish(memory: BlockMemory): Buffer<ArrayBuffer> {
    const head = Buffer.from(JSON.stringify(this.#header));
    const ownAt = HEADER_AT + head.length;
    const rowsAt = ownAt + sizeOfNativeBlock(this.#own, this.count);
    const block = memory.take(rowsAt + this.#rows.size());
    block.fill(0, 0, HEADER_AT);
    block[0] = VERSION;
    block.writeUInt32LE(this.count, 4);
    block.writeUInt32LE(head.length, 8);
    block.writeUInt32LE(rowsAt, 20);
    head.copy(block, HEADER_AT);
    writeNativeBlock(this.#own, this.count, block, ownAt);
    this.#rows.write(block, rowsAt);
    // Not first when the next block begins: until then its records would be held, and all that they are views of.
    this.#rows.clear();
    for (const column of Object.values(this.#own)) column.clear();
    return block;
  }
}

/** Marks a record as not belonging to the log. */
export function dropRecord(block: Buffer, record: number): void {
  keepNot(block, block.readUInt32LE(4), record);
}

/** How many records of the block belong to the log. */
export function countRecords(block: Buffer): number {
  const count = block.readUInt32LE(4);
  let kept = 0;
  for (let record = 0; record < count; record++) if (isKept(block, count, record)) kept++;
  return kept;
}

/** Bytes of blocks that stood in the log before this one, since the beginning. */
export function bytesBefore(block: Buffer): number {
  return block.readDoubleLE(12);
}

/** Fills in what `bytesBefore` answers. */
export function setBytesBefore(block: Buffer, bytes: number): void {
  block.writeDoubleLE(bytes, 12);
}

/** The repository of all of its records. @throws Error when another opentrail wrote it */
export function repoOf(block: Buffer): string {
  return readHeader(block).repo;
}

/** Its rows, as the repository takes them; a view. @throws Error when another opentrail wrote it */
export function rowsOf(block: Buffer): Buffer {
  readHeader(block);
  return block.subarray(block.readUInt32LE(20));
}

/** A copy whose first record has number `first`, without the records whose numbers are not from `from` to before `to`. */
export function cutBlock(first: number, block: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.from(block);
  const count = block.readUInt32LE(4);
  let seq = first;
  for (let record = 0; record < count; record++) {
    if (!isKept(block, count, record)) continue;
    if (seq < from || seq >= to) dropRecord(copy, record);
    seq++;
  }
  return copy;
}

/**
 * The records of a block whose first one has number `first`. Their `raw` are views into `block`.
 * @throws Error when the block was written by another opentrail
 */
export function decodeBlock(first: number, block: Buffer): readonly CollectedRecord[] {
  const { repo, ...origin } = readHeader(block);
  const own = new NativeBlockReader(block, HEADER_AT + block.readUInt32LE(8));
  const position = own.uint32('position');
  const event = own.strings('event');
  const tags = own.dictionary('tags');
  const rows = readRepoBlock(rowsOf(block));
  const lists = new Map<string, readonly string[]>();
  const tagsOf = (text: string): readonly string[] => {
    const known = lists.get(text) ?? (JSON.parse(text) as readonly string[]);
    lists.set(text, known);
    return known;
  };
  const records: CollectedRecord[] = [];
  for (const [at, { isKept: belongs, ...row }] of rows.entries()) {
    if (!belongs) continue;
    records.push({
      seq: first + records.length,
      ...origin,
      position: position[at]!,
      eventId: event[at]!,
      ...(row satisfies Omit<BlockRow, 'isKept'>),
      repo,
      tags: tagsOf(tags[at]!),
    });
  }
  return records;
}

function readHeader(block: Buffer): Header {
  if (block[0] !== VERSION) {
    throw new Error(`a block of collected records: expected format ${VERSION}, found ${block[0]}`);
  }
  return JSON.parse(block.toString('utf8', HEADER_AT, HEADER_AT + block.readUInt32LE(8))) as Header;
}
