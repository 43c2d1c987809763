import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { parseEventTime } from '../../event/index.ts';
import {
  type CutRecord,
  type ReadOptions,
  readRecords,
  Unreadable,
  type UnreadableReason,
} from '../parse/index.ts';
import type { EnrichedFields, Route } from '../route/index.ts';
import { type BlockOrigin, type BlockRecord, encodeBlock } from './block.ts';
import { isCloudTrailRecord, readCollectedFields } from './record-fields.ts';
import { KEY_BYTES, writeRecordKey } from './record-key.ts';

/** What the log remembers of each record: its key and the CRC-32 of its bytes. */
export const MARK_BYTES = KEY_BYTES + 4;

/** A block holds about so many bytes of records: a reader decodes it whole. */
const BLOCK_BYTES = 1 << 20;

/** A file as it came out of its bucket, and how its records are treated. */
export interface FileOrder extends BlockOrigin {
  readonly body: Buffer;
  readonly read: ReadOptions;
  /** The account that the file's key names; empty: none. */
  readonly account: string;
  /** Records of before this time (ms) are left out. */
  readonly notBefore: number;
}

/** What was decided once for all files of a source. */
export interface Treatment {
  readonly route: Route;
  readonly enrich: (record: unknown) => EnrichedFields;
  /** False: both look at `SCANNED_PATHS` alone, so that a record need not be parsed. */
  readonly needsAll: boolean;
}

/** Some hundred records as they will lie in the log, and `MARK_BYTES` of each. */
export interface FileBlock {
  readonly block: Buffer;
  readonly marks: Buffer;
}

/** All that a file gave. */
export interface FileContent {
  readonly blocks: readonly FileBlock[];
  /** Everything between commas or on a line. */
  readonly records: number;
  /** Of these: left out since they are older than the source's start, */
  readonly early: number;
  /** dropped by routing, by rule, */
  readonly discarded: ReadonlyMap<string, number>;
  /** or no records of CloudTrail: not JSON, or JSON of something else. */
  readonly invalid: number;
  readonly foreign: number;
  /** Bytes of all records. */
  readonly bytes: number;
  /** `eventTime` of the newest, ms. */
  readonly newest?: number;
  /** Why not all of the file could be read; the records before the fault count all the same. */
  readonly fault?: { readonly reason: UnreadableReason; readonly message: string };
}

/** Reads a file into blocks. Never throws for what the file holds. */
export async function readFile(order: FileOrder, treatment: Treatment): Promise<FileContent> {
  const reading = new FileReading(order, treatment);
  try {
    for await (const run of readRecords(order.body, order.read)) for (const cut of run) reading.take(cut);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return reading.finish({ reason: error.reason, message: error.message });
  }
  return reading.finish();
}

class FileReading {
  readonly #order: FileOrder;
  readonly #treatment: Treatment;
  readonly #blocks: FileBlock[] = [];
  readonly #discarded = new Map<string, number>();
  #waiting: BlockRecord[] = [];
  #marks: Buffer[] = [];
  #waitingBytes = 0;
  #records = 0;
  #early = 0;
  #invalid = 0;
  #foreign = 0;
  #bytes = 0;
  #newest = Number.NEGATIVE_INFINITY;

  constructor(order: FileOrder, treatment: Treatment) {
    this.#order = order;
    this.#treatment = treatment;
  }

  take(cut: CutRecord): void {
    const { raw } = cut;
    const position = this.#records++;
    this.#bytes += raw.length;
    const isScanned = cut.members !== undefined && !this.#treatment.needsAll;
    const record = isScanned ? cut.members : parse(raw);
    if (record === undefined) {
      this.#invalid++;
      return;
    }
    if (!isCloudTrailRecord(record)) {
      this.#foreign++;
      return;
    }
    const eventTime = parseEventTime(record.eventTime);
    if (eventTime !== undefined && eventTime < this.#order.notBefore) {
      this.#early++;
      return;
    }
    const enriched = this.#treatment.enrich(record);
    const decision = this.#treatment.route(record, enriched);
    const rule = `${decision.rule.id}: ${decision.rule.text}`;
    if (decision.kind === 'drop') {
      this.#discarded.set(rule, (this.#discarded.get(rule) ?? 0) + 1);
      return;
    }
    const eventId = idOf(record.eventID ?? record.eventId, raw);
    const mark = Buffer.allocUnsafe(MARK_BYTES);
    writeRecordKey(eventId, eventTime, mark, 0);
    mark.writeUInt32LE(crc32(raw), KEY_BYTES);
    if (eventTime !== undefined && eventTime > this.#newest) this.#newest = eventTime;
    this.#marks.push(mark);
    this.#waiting.push({
      position,
      eventId,
      time: eventTime ?? this.#order.arrivedAt,
      fields: readCollectedFields(record, this.#order.account),
      enrichment: enriched.size === 0 ? NOTHING : Object.fromEntries(enriched),
      repo: decision.repo,
      rule,
      tags: decision.tags,
      priority: decision.priority,
      raw: decision.keepsRaw ? raw : EMPTY,
    });
    this.#waitingBytes += raw.length;
    if (this.#waitingBytes >= BLOCK_BYTES) this.#cut();
  }

  finish(fault?: FileContent['fault']): FileContent {
    this.#cut();
    const found = fault ?? this.#judge();
    return {
      blocks: this.#blocks,
      records: this.#records,
      early: this.#early,
      discarded: this.#discarded,
      invalid: this.#invalid,
      foreign: this.#foreign,
      bytes: this.#bytes,
      ...(this.#newest !== Number.NEGATIVE_INFINITY && { newest: this.#newest }),
      ...(found && { fault: found }),
    };
  }

  #judge(): FileContent['fault'] {
    const odd = this.#invalid + this.#foreign;
    if (odd === 0) return undefined;
    if (odd === this.#records) return { reason: 'foreign', message: 'it holds no records of CloudTrail' };
    if (this.#invalid > 0) {
      return { reason: 'damaged', message: `${this.#invalid} of ${this.#records} records are not JSON` };
    }
    return { reason: 'foreign', message: `${odd} of ${this.#records} records are not of CloudTrail` };
  }

  #cut(): void {
    if (this.#waiting.length === 0) return;
    const { sourceId, bucket, key, arrivedAt } = this.#order;
    this.#blocks.push({
      block: encodeBlock({ sourceId, bucket, key, arrivedAt }, this.#waiting),
      marks: joinMarks(this.#marks),
    });
    this.#waiting = [];
    this.#marks = [];
    this.#waitingBytes = 0;
  }
}

/** Undefined: it is no JSON. */
function parse(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return undefined;
  }
}

const EMPTY = Buffer.alloc(0);
const NOTHING: Readonly<Record<string, string>> = Object.freeze({});

/** An id of a hostile length would make the block's header as long as the block. */
const MAX_ID = 256;

function idOf(id: unknown, raw: Buffer): string {
  if (typeof id === 'string' && id !== '' && id.length <= MAX_ID) return id;
  return `sha256:${createHash('sha256').update(raw).digest('hex').slice(0, 32)}`;
}

/** Of memory of their own: they are handed to another thread. */
function joinMarks(marks: readonly Buffer[]): Buffer<ArrayBuffer> {
  const joined = Buffer.from(new ArrayBuffer(marks.length * MARK_BYTES));
  marks.forEach((mark, at) => void mark.copy(joined, at * MARK_BYTES));
  return joined;
}
