import type { CollectedFields, CollectedRecord } from './collected.ts';

/**
 * How collected records lie in the log: some hundred records of one file in one block.
 *
 * `version u8 | 3 free bytes | count u32 | header length u32 | bytes before f64 | dropped, one bit a record | header
 * JSON | lengths u32… | raw bytes`. The thread that read the file writes it all; what only the log knows (which records
 * are duplicates, how many bytes stand before) has its place in front and is filled in without copying the rest.
 */
const VERSION = 1;
const DROPPED_AT = 20;

/** A record on its way into a block. */
export type BlockRecord = Omit<CollectedRecord, 'seq' | 'sourceId' | 'bucket' | 'key' | 'arrivedAt'>;

/** What all records of a block share. */
export interface BlockOrigin {
  readonly sourceId: string;
  readonly bucket: string;
  readonly key: string;
  readonly arrivedAt: number;
}

/** Values of one column: those that differ, and for each record the number of its value. */
type Column = readonly [values: readonly string[], numbers: readonly number[]];

interface Header extends BlockOrigin {
  readonly position: readonly number[];
  readonly eventId: readonly string[];
  readonly time: readonly number[];
  /** Only of records that have any. */
  readonly enrichment: readonly (readonly [record: number, Readonly<Record<string, string>>])[];
  readonly columns: Readonly<Record<ColumnName, Column>>;
}

const FIELDS = [
  'account',
  'region',
  'source',
  'name',
  'user',
  'arn',
  'accessKeyId',
  'sourceIp',
  'errorCode',
  'readOnly',
  'category',
] as const satisfies readonly (keyof CollectedFields)[];

const COLUMNS = [...FIELDS, 'repo', 'rule', 'priority', 'tags'] as const;
type ColumnName = (typeof COLUMNS)[number];

/** Lays records out as one block; no record is dropped yet. */
export function encodeBlock(origin: BlockOrigin, records: readonly BlockRecord[]): Buffer<ArrayBuffer> {
  const columns = new Map(COLUMNS.map((name) => [name, new ColumnWriter(records.length)] as const));
  const header: Header = {
    ...origin,
    position: records.map(({ position }) => position),
    eventId: records.map(({ eventId }) => eventId),
    time: records.map(({ time }) => time),
    enrichment: records.flatMap(({ enrichment }, at) =>
      hasAny(enrichment) ? [[at, enrichment] as const] : [],
    ),
    columns: Object.fromEntries(
      [...columns].map(([name, column]) => {
        for (const record of records) column.add(readColumn(record, name));
        return [name, column.finish()];
      }),
    ) as unknown as Header['columns'],
  };
  const head = Buffer.from(JSON.stringify(header));
  const rawAt = DROPPED_AT + Math.ceil(records.length / 8) + head.length + records.length * 4;
  const bytes = records.reduce((sum, { raw }) => sum + raw.length, rawAt);
  // Of its own memory: it is handed to another thread.
  const block = Buffer.from(new ArrayBuffer(bytes));
  block[0] = VERSION;
  block.writeUInt32LE(records.length, 4);
  block.writeUInt32LE(head.length, 8);
  let at = DROPPED_AT + Math.ceil(records.length / 8);
  at += head.copy(block, at);
  for (const { raw } of records) at = block.writeUInt32LE(raw.length, at);
  for (const { raw } of records) at += raw.copy(block, at);
  return block;
}

/** Marks a record as not belonging to the log. */
export function dropRecord(block: Buffer, record: number): void {
  block[DROPPED_AT + (record >> 3)]! |= 1 << (record & 7);
}

/** How many records of the block belong to the log. */
export function countRecords(block: Buffer): number {
  const count = block.readUInt32LE(4);
  let kept = count;
  for (let at = 0; at < count; at += 8) {
    for (let bits = block[DROPPED_AT + (at >> 3)]!; bits !== 0; bits &= bits - 1) kept--;
  }
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

/**
 * The records of a block whose first one has number `first`. Their `raw` are views into `block`.
 * @throws Error when the block was written by a newer opentrail
 */
export function decodeBlock(first: number, block: Buffer): readonly CollectedRecord[] {
  if (block[0] !== VERSION) {
    throw new Error(`a block of collected records: expected format ${VERSION}, found ${block[0]}`);
  }
  const count = block.readUInt32LE(4);
  const headAt = DROPPED_AT + Math.ceil(count / 8);
  const lengthsAt = headAt + block.readUInt32LE(8);
  const header = JSON.parse(block.toString('utf8', headAt, lengthsAt)) as Header;
  const { sourceId, bucket, key, arrivedAt, columns } = header;
  const enrichment = new Map(header.enrichment);
  const tags = columns.tags[0].map((list) => JSON.parse(list) as readonly string[]);
  const column = (name: ColumnName, at: number) => columns[name][0][columns[name][1][at]!]!;
  const records: CollectedRecord[] = [];
  let rawAt = lengthsAt + count * 4;
  for (let at = 0; at < count; at++) {
    const end = rawAt + block.readUInt32LE(lengthsAt + at * 4);
    const isDropped = (block[DROPPED_AT + (at >> 3)]! & (1 << (at & 7))) !== 0;
    if (!isDropped) {
      records.push({
        seq: first + records.length,
        sourceId,
        bucket,
        key,
        position: header.position[at]!,
        arrivedAt,
        eventId: header.eventId[at]!,
        time: header.time[at]!,
        fields: {
          account: column('account', at),
          region: column('region', at),
          source: column('source', at),
          name: column('name', at),
          user: column('user', at),
          arn: column('arn', at),
          accessKeyId: column('accessKeyId', at),
          sourceIp: column('sourceIp', at),
          errorCode: column('errorCode', at),
          readOnly: column('readOnly', at),
          category: column('category', at),
        },
        enrichment: enrichment.get(at) ?? NOTHING,
        repo: column('repo', at),
        rule: column('rule', at),
        tags: tags[columns.tags[1][at]!]!,
        priority: column('priority', at),
        raw: block.subarray(rawAt, end),
      });
    }
    rawAt = end;
  }
  return records;
}

const NOTHING: Readonly<Record<string, string>> = Object.freeze({});

function readColumn(record: BlockRecord, name: ColumnName): string {
  switch (name) {
    case 'repo':
    case 'rule':
    case 'priority':
      return record[name];
    case 'tags':
      return JSON.stringify(record.tags);
    default:
      return record.fields[name];
  }
}

class ColumnWriter {
  readonly #values = new Map<string, number>();
  readonly #numbers: number[];
  #count = 0;

  constructor(count: number) {
    this.#numbers = new Array<number>(count);
  }

  add(value: string): void {
    let number = this.#values.get(value);
    if (number === undefined) {
      number = this.#values.size;
      this.#values.set(value, number);
    }
    this.#numbers[this.#count++] = number;
  }

  finish(): Column {
    return [[...this.#values.keys()], this.#numbers];
  }
}

function hasAny(object: Readonly<Record<string, string>>): boolean {
  for (const _name in object) return true;
  return false;
}
