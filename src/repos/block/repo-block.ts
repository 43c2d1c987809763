import {
  BlobColumn,
  DictionaryColumn,
  FlagColumn,
  ListColumn,
  MapColumn,
  NativeBlockReader,
  type NativeColumn,
  type NativeColumns,
  StringColumn,
  sizeOfNativeBlock,
  UInt64Column,
  writeNativeBlock,
} from '../../store/native/index.ts';
import { ageOf, LAST_MOMENT, tieOf } from './place.ts';
import type { RepoFields, RepoRow, RowOrigin } from './repo-row.ts';

const ENRICHED = 'enrich.';

/**
 * Rows of a repository as ClickHouse reads them without any work of ours (its Native format), made by whoever has the
 * records in hand: in a thread of its own, long before they go to the engine. The last column says of each row whether it
 * still belongs to the block; an insert takes only those that do.
 */
export class RepoBlockWriter {
  readonly #columns = makeColumns();
  #rows = 0;
  // Neighbours share these, and making them costs more than writing them.
  #bucket = '';
  #key = '';
  #file = '';
  #tags: readonly string[] = [];
  #tagTexts: readonly string[] = [];

  get rows(): number {
    return this.#rows;
  }

  /** `saysItsId`: the record's text holds `eventID` once, as it is here. Without: it is looked for. */
  add(origin: RowOrigin, row: Omit<RepoRow, keyof RowOrigin>, saysItsId = hasItsId(row)): void {
    const columns = this.#columns;
    const { fields } = row;
    const tie = tieOf(row.eventId);
    columns.age.add(ageOf(row.time));
    columns.tie.addHalves(tie.high, tie.low);
    columns.id.add(saysItsId ? '' : row.eventId);
    columns.account.add(fields.account);
    columns.region.add(fields.region);
    columns.source.add(fields.source);
    columns.name.add(fields.name);
    columns.user.add(fields.user);
    columns.arn.add(fields.arn);
    columns.accesskey.add(fields.accessKeyId);
    columns.ip.add(fields.sourceIp);
    columns.error.add(fields.errorCode);
    columns.readonly.add(fields.readOnly);
    columns.category.add(fields.category);
    columns.tags.add(this.#tagsOf(row.tags));
    columns.priority.add(row.priority);
    columns.rule.add(row.rule);
    columns.origin.add(origin.sourceId);
    columns.file.add(this.#fileOf(origin));
    columns.arrived.add(Math.max(0, Math.trunc(origin.arrivedAt)));
    // Searches name the field `enrich.NAME`, whichever way it was handed over.
    columns.enrichment.add(withoutPrefix(row.enrichment));
    columns.raw.add(row.raw);
    columns.kept.add();
    this.#rows++;
  }

  /** As new. */
  clear(): void {
    for (const column of Object.values(this.#columns)) column.clear();
    this.#rows = 0;
  }

  /** Bytes that `write` needs. */
  size(): number {
    return sizeOfNativeBlock(this.#columns, this.#rows);
  }

  /** Answers the place behind the block. */
  write(into: Buffer, at: number): number {
    return writeNativeBlock(this.#columns, this.#rows, into, at);
  }

  #tagsOf(tags: readonly string[]): readonly string[] {
    if (tags !== this.#tags) {
      this.#tags = tags;
      this.#tagTexts = tags.map((tag) => tag.replace(/^#/, ''));
    }
    return this.#tagTexts;
  }

  #fileOf({ bucket, key }: RowOrigin): string {
    if (bucket !== this.#bucket || key !== this.#key) {
      [this.#bucket, this.#key] = [bucket, key];
      this.#file = bucket === '' && key === '' ? '' : `${bucket}/${key}`;
    }
    return this.#file;
  }
}

/** What of a row is read back; the rest is known to whoever keeps the block. `raw` is a view. */
export interface BlockRow {
  readonly time: number;
  readonly fields: RepoFields;
  /** By full name, `enrich.` in front. */
  readonly enrichment: Readonly<Record<string, string>>;
  readonly rule: string;
  readonly priority: string;
  readonly raw: Buffer;
  readonly isKept: boolean;
}

/** Reads a block back. @throws Error, RangeError when it was not written by `RepoBlockWriter` */
export function readRepoBlock(block: Buffer): readonly BlockRow[] {
  const reader = new NativeBlockReader(block);
  const ages = reader.uint64('age');
  reader.uint64('tie');
  reader.strings('id');
  const account = reader.dictionary('account');
  const region = reader.dictionary('region');
  const source = reader.dictionary('source');
  const name = reader.dictionary('name');
  const user = reader.strings('user');
  const arn = reader.strings('arn');
  const accessKeyId = reader.strings('accesskey');
  const sourceIp = reader.strings('ip');
  const errorCode = reader.dictionary('error');
  const readOnly = reader.dictionary('readonly');
  const category = reader.dictionary('category');
  reader.lists('tags');
  const priority = reader.dictionary('priority');
  const rule = reader.dictionary('rule');
  reader.dictionary('origin');
  reader.dictionary('file');
  reader.uint64('arrived');
  const enrichment = reader.maps('enrichment');
  const raw = reader.blobs('raw');
  const kept = reader.flags('kept');
  return ages.map((age, at) => ({
    time: LAST_MOMENT - age,
    fields: {
      account: account[at]!,
      region: region[at]!,
      source: source[at]!,
      name: name[at]!,
      user: user[at]!,
      arn: arn[at]!,
      accessKeyId: accessKeyId[at]!,
      sourceIp: sourceIp[at]!,
      errorCode: errorCode[at]!,
      readOnly: readOnly[at]!,
      category: category[at]!,
    },
    enrichment: withPrefix(enrichment[at]!),
    rule: rule[at]!,
    priority: priority[at]!,
    raw: raw[at]!,
    isKept: kept[at] === 1,
  }));
}

/** Takes a row out of a block of so many rows. */
export function keepNot(block: Buffer, rows: number, row: number): void {
  block[block.length - rows + row] = 0;
}

/** Whether the row still belongs to the block. */
export function isKept(block: Buffer, rows: number, row: number): boolean {
  return block[block.length - rows + row] === 1;
}

/** Where the rows of a block are found in their table. */
export interface RowPlaces {
  readonly rows: number;
  /** Whether the row belongs to the block. */
  isKept(row: number): boolean;
  /** Milliseconds since the epoch. */
  time(row: number): number;
  tie(row: number): bigint;
}

/** A view: nothing is read of rows that nobody asks for. */
export function placesOf(block: Buffer): RowPlaces {
  const reader = new NativeBlockReader(block);
  const { rows } = reader;
  const ages = reader.placeOfUInt64('age');
  const ties = reader.placeOfUInt64('tie');
  return {
    rows,
    isKept: (row) => isKept(block, rows, row),
    time: (row) =>
      LAST_MOMENT - block.readUInt32LE(ages + row * 8) - block.readUInt32LE(ages + row * 8 + 4) * 2 ** 32,
    tie: (row) => block.readBigUInt64LE(ties + row * 8),
  };
}

/** Types of the columns, for an engine that must be told what comes. */
export const BLOCK_TYPES: readonly (readonly [name: string, type: string])[] = Object.entries(
  makeColumns(),
).map(([name, { type }]) => [name, type] as const);

/** In the order in which they stand in the block. */
function makeColumns() {
  return {
    age: new UInt64Column(),
    tie: new UInt64Column(),
    id: new StringColumn(),
    account: new DictionaryColumn(),
    region: new DictionaryColumn(),
    source: new DictionaryColumn(),
    name: new DictionaryColumn(),
    user: new StringColumn(),
    arn: new StringColumn(),
    accesskey: new StringColumn(),
    ip: new StringColumn(),
    error: new DictionaryColumn(),
    readonly: new DictionaryColumn(),
    category: new DictionaryColumn(),
    tags: new ListColumn(),
    priority: new DictionaryColumn(),
    rule: new DictionaryColumn(),
    origin: new DictionaryColumn(),
    file: new DictionaryColumn(),
    arrived: new UInt64Column(),
    enrichment: new MapColumn(),
    raw: new BlobColumn(),
    kept: new FlagColumn(1),
  } satisfies NativeColumns & Record<string, NativeColumn>;
}

const NOTHING: Readonly<Record<string, string>> = Object.freeze({});

function withPrefix(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  if (entries.length === 0) return NOTHING;
  return Object.fromEntries(entries.map(([name, value]) => [`${ENRICHED}${name}`, value]));
}

function withoutPrefix(enrichment: Readonly<Record<string, string>>): (readonly [string, string])[] {
  return Object.keys(enrichment).map((name) => [name.replace(/^enrich\./, ''), enrichment[name]!]);
}

/** As AWS writes it; a record with spaces in it keeps its id twice. */
function hasItsId({ eventId, raw }: Pick<RepoRow, 'eventId' | 'raw'>): boolean {
  return eventId !== '' && !/["\\]/.test(eventId) && raw.includes(`"eventID":"${eventId}"`);
}
