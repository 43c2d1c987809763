import { createHash } from 'node:crypto';
import { parseEventTime } from '../../event/index.ts';
import {
  type ReadOptions,
  readRecords,
  readRecordsAtOnce,
  type TakeRecord,
  Unreadable,
  type UnreadableReason,
} from '../parse/index.ts';
import type { EnrichedFields, Route, RouteRule } from '../route/index.ts';
import { type BlockOrigin, BlockWriter } from './block.ts';
import type { BlockMemory } from './block-memory.ts';
import { MarkWriter } from './marks.ts';
import { isCloudTrailRecord, readCollectedFields } from './record-fields.ts';

/** A block holds about so many bytes of records: a reader decodes it whole. */
const BLOCK_BYTES = 1 << 20;

/** What a block is written with, made once: it has memory for most blocks. */
interface Writers {
  readonly block: BlockWriter;
  readonly marks: MarkWriter;
}

/** Those that nobody uses. */
const spare: Writers[] = [];
const MOST_SPARE = 4;

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
export async function readFile(
  order: FileOrder,
  treatment: Treatment,
  memory: BlockMemory,
): Promise<FileContent> {
  const reading = new FileReading(order, treatment, memory);
  try {
    const isRead = readRecordsAtOnce(order.body, order.read, reading.take);
    if (!isRead) await readRecords(order.body, order.read, reading.take);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return reading.finish({ reason: error.reason, message: error.message });
  }
  return reading.finish();
}

class FileReading {
  readonly #order: FileOrder;
  readonly #treatment: Treatment;
  readonly #memory: BlockMemory;
  readonly #blocks: FileBlock[] = [];
  readonly #discarded = new Map<string, number>();
  /** Of each repository what is on its way into a block. */
  readonly #waiting = new Map<string, Writers>();
  readonly #rules = new Map<RouteRule, string>();
  #waitingBytes = 0;
  #records = 0;
  #early = 0;
  #invalid = 0;
  #foreign = 0;
  #bytes = 0;
  #newest = Number.NEGATIVE_INFINITY;
  #timeText: unknown;
  #time: number | undefined;

  constructor(order: FileOrder, treatment: Treatment, memory: BlockMemory) {
    this.#order = order;
    this.#treatment = treatment;
    this.#memory = memory;
  }

  readonly take: TakeRecord = (raw, members) => {
    const position = this.#records++;
    this.#bytes += raw.length;
    const isScanned = members !== undefined && !this.#treatment.needsAll;
    const record = isScanned ? members : parse(raw);
    if (record === undefined) {
      this.#invalid++;
      return;
    }
    if (!isCloudTrailRecord(record)) {
      this.#foreign++;
      return;
    }
    const eventTime = this.#timeOf(record.eventTime);
    if (eventTime !== undefined && eventTime < this.#order.notBefore) {
      this.#early++;
      return;
    }
    const enriched = this.#treatment.enrich(record);
    const decision = this.#treatment.route(record, enriched);
    const rule = this.#textOf(decision.rule);
    if (decision.kind === 'drop') {
      this.#discarded.set(rule, (this.#discarded.get(rule) ?? 0) + 1);
      return;
    }
    if (eventTime !== undefined && eventTime > this.#newest) this.#newest = eventTime;
    const eventId = idOf(record.eventID ?? record.eventId, raw);
    const { block, marks } = this.#writersOf(decision.repo);
    marks.add(eventId, eventTime, raw);
    // A scan gives no member that stands there twice, but an empty text has no record to be read from.
    const saysItsId = members !== undefined && members.eventID === eventId && decision.keepsRaw;
    block.add(
      {
        position,
        eventId,
        time: eventTime ?? this.#order.arrivedAt,
        fields: readCollectedFields(record, this.#order.account),
        enrichment: enriched.size === 0 ? NOTHING : Object.fromEntries(enriched),
        rule,
        tags: decision.tags,
        priority: decision.priority,
        raw: decision.keepsRaw ? raw : EMPTY,
      },
      saysItsId ? true : undefined,
    );
    this.#waitingBytes += raw.length;
    if (this.#waitingBytes >= BLOCK_BYTES) this.#cut();
  };

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

  #writersOf(repo: string) {
    const known = this.#waiting.get(repo);
    if (known) return known;
    const writers = spare.pop() ?? { block: new BlockWriter(), marks: new MarkWriter() };
    writers.block.begin(this.#order, repo);
    this.#waiting.set(repo, writers);
    return writers;
  }

  /** Records that follow one another bear mostly the same time. */
  #timeOf(text: unknown): number | undefined {
    if (text !== this.#timeText) {
      this.#timeText = text;
      this.#time = parseEventTime(text);
    }
    return this.#time;
  }

  #textOf(rule: RouteRule): string {
    const known = this.#rules.get(rule);
    if (known !== undefined) return known;
    const text = `${rule.id}: ${rule.text}`;
    this.#rules.set(rule, text);
    return text;
  }

  #cut(): void {
    for (const writers of this.#waiting.values()) {
      const { block, marks } = writers;
      this.#blocks.push({ block: block.finish(this.#memory), marks: marks.finish() });
      if (spare.length < MOST_SPARE) spare.push(writers);
    }
    this.#waiting.clear();
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
