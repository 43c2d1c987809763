import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import { openEnvironment } from '../../lmdb/index.ts';
import { dropRecord } from './block.ts';
import {
  type BlockLimits,
  BlockLog,
  type BlockLogOptions,
  type LogPlace,
  type NewBlock,
} from './block-log.ts';
import type { CollectedLog } from './collected.ts';
import type { CollectedBlocks } from './collected-blocks.ts';
import { addFile, type DealtFile } from './dealt-file.ts';
import { FileBook, type Trouble } from './file-book.ts';
import { IdMemory } from './id-memory.ts';
import { NewMarks } from './new-marks.ts';
import { type KeptRecords, NO_COUNTS, type SourceCounts } from './source-counts.ts';

export type { BlockLimits, DealtFile };

/** The log and everything that must be committed with it, in one LMDB environment. */
export interface CollectedStore extends CollectedLog {
  /**
   * Makes the file, its new records, their ids and the counts durable, all of it or nothing; resolves after that.
   * Several are committed together.
   */
  commit(file: DealtFile): Promise<KeptRecords>;
  /** Resolves when not many files wait to be committed: whoever commits without waiting for it asks here first. */
  room(): Promise<void>;
  /**
   * As `read`, in blocks: `maxBytes` of them, and more only where a single one is larger; and `maxBlocks`, if that is
   * said. They lie in `into`, as far as there is room, until it is read into again.
   */
  readBlocks(from: number, limits: BlockLimits): CollectedBlocks;
  /** Bytes of blocks that stand from this number on. */
  bytesFrom(seq: number): number;
  readonly book: FileBook;
  /** Stands for this log and no other, wherever its numbers are used as names. */
  readonly id: string;
  /** Small values by name: walks, cursors. `put` is durable on return. */
  get<T>(name: string): T | undefined;
  put(name: string, value: unknown): Promise<void>;
  /** The same without waiting: a crash may bring back an older value, but never one that is newer than a commit before it. */
  note(name: string, value: unknown): void;
  remove(name: string): Promise<void>;
  /** Names and values with a common beginning. */
  entries<T>(prefix: string): Iterable<readonly [string, T]>;
  counts(sourceId: string): SourceCounts;
  /** True while the log holds all that it may because of readers that must not be cut. */
  isFull(): boolean;
  /** True while readers that must not be cut are far behind the head: collecting had better go slowly. */
  isAhead(): boolean;
  /** Lets go of what all readers have passed, and of more when the log is over its bound. */
  trim(): Promise<void>;
  /** By which records are known again. */
  readonly ids: IdMemory;
  /** Takes files from the list of those that could not be read; they are counted, and not read again until they change. */
  forgetTroubles(sourceId: string, isMeant: (trouble: Trouble) => boolean): Promise<number>;
  /** Lets go of all that is known of a source's files. */
  forgetSource(sourceId: string): Promise<void>;
  /** Records that readers did not get because the log was over its bound, by reader, since start. */
  readonly cut: ReadonlyMap<string, number>;
  /** Bytes of blocks that are held. */
  heldBytes(): number;
  close(): Promise<void>;
}

interface Waiting {
  readonly file: DealtFile;
  readonly resolve: (kept: KeptRecords) => void;
  readonly reject: (error: unknown) => void;
}

/** Bytes of blocks in one commit: bounds what the first of its callers waits for. */
const COMMIT_BYTES = 16 << 20;
/** Files that wait for the commit that is under way, while they are small. */
const COMMIT_FILES = 256;
/**
 * What the slowest of these readers may have before it: some inserts. With two, reading stood still now and then while a
 * processor had nothing to do.
 */
const AHEAD_BYTES = 192 << 20;

/** Files of one source in the quarantine; whoever has more has another trouble than files. */
const MAX_TROUBLES = 10_000;

/** Nothing more can be written; only a restart, which recovers from what is on disk, makes it whole. */
export class CollectedStoreBroken extends Error {
  constructor(cause: unknown) {
    super('collect: a write failed; restart to recover from what is on disk', { cause });
    this.name = 'CollectedStoreBroken';
  }
}

/** How the log is kept. */
export interface CollectedStoreOptions extends Omit<BlockLogOptions, 'folder'> {
  /** A folder of its own. */
  readonly path: string;
  readonly now: () => number;
  /** Of blocks. */
  readonly maxBytes: number;
  /** Files of one source that are listed because they could not be read. Default 10,000. */
  readonly maxTroubles?: number;
  readonly onBroken?: (error: CollectedStoreBroken) => void;
}

/** Opens the log, and makes it where there is none. */
export function openCollectedStore(options: CollectedStoreOptions): CollectedStore {
  return new LmdbCollectedStore(options);
}

class LmdbCollectedStore implements CollectedStore {
  readonly book: FileBook;
  readonly ids: IdMemory;
  readonly cut = new Map<string, number>();
  readonly #env: RootDatabase<unknown, string>;
  readonly #log: BlockLog;
  readonly #counts: Database<SourceCounts, string>;
  readonly #options: CollectedStoreOptions;
  readonly #listeners = new Set<() => void>();
  readonly #readers = new Map<string, { readonly cursor: () => number; readonly mayBeCut: boolean }>();
  readonly id: string;
  #firm: LogPlace = { seq: -1, bytes: 0 };
  #waiting: Waiting[] = [];
  #committing: Promise<void> | undefined;
  /** Settles with the commit that is under way. */
  #turn: Promise<void> = Promise.resolve();
  #trimming: Promise<void> = Promise.resolve();
  #forgetting: Promise<unknown> = Promise.resolve();
  #broken: CollectedStoreBroken | undefined;

  constructor(options: CollectedStoreOptions) {
    this.#options = options;
    this.#env = openEnvironment(options.path);
    this.#log = new BlockLog(this.#env, { ...options, folder: join(options.path, 'blocks') });
    this.#counts = this.#env.openDB({ name: 'counts', encoding: 'json' });
    this.ids = new IdMemory(this.#env);
    this.book = new FileBook(this.#env, options.maxTroubles ?? MAX_TROUBLES);
    this.id = this.get<string>('id') ?? randomUUID();
    if (this.get('id') === undefined) this.#env.putSync('id', this.id);
  }

  head(): number {
    return this.#log.head.seq;
  }

  tail(): number {
    return this.#log.tail.seq;
  }

  async read(from: number, limits: { readonly maxBytes: number; readonly to?: number }) {
    return this.#log.read(from, limits);
  }

  readBlocks(from: number, limits: BlockLimits): CollectedBlocks {
    return this.#log.readBlocks(from, limits);
  }

  bytesFrom(seq: number): number {
    return this.#log.bytesFrom(seq);
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  hold(name: string, cursor: () => number, options: { readonly mayBeCut?: boolean } = {}): () => void {
    const reader = { cursor, mayBeCut: options.mayBeCut ?? true };
    this.#readers.set(name, reader);
    return () => {
      if (this.#readers.get(name) === reader) this.#readers.delete(name);
    };
  }

  commit(file: DealtFile): Promise<KeptRecords> {
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ file, resolve, reject });
      this.#committing ??= Promise.resolve().then(() => this.#commitAll());
    });
  }

  async room(): Promise<void> {
    const isFull = () => this.#waiting.length > COMMIT_FILES || bytesOf(this.#waiting) > COMMIT_BYTES;
    while (isFull() && !this.#broken) await this.#turn;
  }

  get<T>(name: string): T | undefined {
    return this.#env.get(name) as T | undefined;
  }

  async put(name: string, value: unknown): Promise<void> {
    await this.#env.put(name, value);
    await this.#env.flushed;
  }

  note(name: string, value: unknown): void {
    this.#env.put(name, value).catch((error: unknown) => this.#stop(error));
  }

  async remove(name: string): Promise<void> {
    await this.#env.remove(name);
  }

  *entries<T>(prefix: string): Generator<readonly [string, T]> {
    for (const { key, value } of this.#env.getRange({ start: prefix, end: `${prefix}\uffff` })) {
      yield [key, value as T];
    }
  }

  counts(sourceId: string): SourceCounts {
    const forgotten = this.get<number>(forgottenOf(sourceId)) ?? 0;
    return { ...NO_COUNTS, ...this.#counts.get(sourceId), forgotten };
  }

  heldBytes(): number {
    return this.#log.head.bytes - this.#log.tail.bytes;
  }

  isFull(): boolean {
    return this.heldBytes() > this.#options.maxBytes;
  }

  isAhead(): boolean {
    const firm = this.#slowest(({ mayBeCut }) => !mayBeCut);
    const { bytes } = this.#log.head;
    if (firm !== this.#firm.seq) this.#firm = { seq: firm, bytes: bytes - this.bytesFrom(firm) };
    return bytes - this.#firm.bytes > AHEAD_BYTES;
  }

  async trim(): Promise<void> {
    const mine = this.#trimming.then(() => this.#trim());
    this.#trimming = mine.catch(() => undefined);
    await mine;
  }

  async forgetTroubles(sourceId: string, isMeant: (trouble: Trouble) => boolean): Promise<number> {
    const mine = this.#forgetting.then(() => this.#forgetTroubles(sourceId, isMeant));
    this.#forgetting = mine.catch(() => undefined);
    return await mine;
  }

  async forgetSource(sourceId: string): Promise<void> {
    await this.book.forget(sourceId);
    for (const [name] of [...this.entries(`walk/${sourceId}/`)]) await this.remove(name);
    await this.#counts.remove(sourceId);
    await this.remove(forgottenOf(sourceId));
  }

  async close(): Promise<void> {
    await this.#committing;
    await this.#trimming;
    await this.#forgetting;
    await this.#log.close();
    await this.#env.close();
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#broken) {
      const group = this.#takeGroup();
      const committed = this.#commitGroup(group);
      this.#turn = committed.catch(() => undefined);
      try {
        await committed;
      } catch (error) {
        for (const { reject } of [...group, ...this.#waiting.splice(0)]) reject(this.#stop(error));
      }
    }
    this.#committing = undefined;
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (; count < this.#waiting.length && bytes < COMMIT_BYTES; count++) {
      bytes += bytesOf([this.#waiting[count]!]);
    }
    return this.#waiting.splice(0, count);
  }

  /** After a failed write nobody knows what the disk holds: nothing more is taken. */
  #stop(error: unknown): CollectedStoreBroken {
    if (!this.#broken) {
      this.#broken = new CollectedStoreBroken(error);
      this.#options.onBroken?.(this.#broken);
    }
    return this.#broken;
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    const fresh = new NewMarks(this.ids);
    const counts = new Map<string, SourceCounts>();
    const blocks: NewBlock[] = [];
    const unlisted = new Set<DealtFile>();
    const kept = group.map(({ file }) => {
      const sum = { kept: 0, duplicates: 0, variants: 0 };
      for (const { block, marks } of file.content?.blocks ?? []) {
        const taken = fresh.take(marks, (place) => dropRecord(block, place));
        sum.kept += taken.kept;
        sum.duplicates += taken.duplicates;
        sum.variants += taken.variants;
        if (taken.kept > 0) blocks.push({ block, kept: taken.kept });
      }
      const { sourceId } = file.ref;
      let after = addFile(counts.get(sourceId) ?? this.counts(sourceId), file, sum);
      if (file.trouble && !this.book.hasRoom(file.trouble)) {
        unlisted.add(file);
        after = { ...after, unlisted: after.unlisted + 1 };
      }
      counts.set(sourceId, after);
      return sum;
    });
    const at = this.#options.now();
    this.ids.saw(fresh.blocks);
    const written = await this.#log.write(blocks);
    await this.#env.batch(() => {
      this.ids.put(fresh.blocks);
      this.#log.put(written);
      for (const { file } of group) {
        this.book.note(file.ref, file.outcome, file.content?.records ?? 0, at);
        if (!file.trouble) void this.book.clearTrouble(file.ref);
        else if (!unlisted.has(file)) void this.book.setTrouble(file.trouble);
      }
      for (const [sourceId, sum] of counts) void this.#counts.put(sourceId, sum);
    });
    await this.#env.flushed;
    this.#log.show(written);
    this.ids.saw(fresh.blocks);
    group.forEach(({ resolve }, index) => void resolve(kept[index]!));
    if (blocks.length > 0) for (const listener of this.#listeners) listener();
  }

  async #forgetTroubles(sourceId: string, isMeant: (trouble: Trouble) => boolean): Promise<number> {
    const found = [...this.book.troubles(sourceId)].filter(isMeant);
    if (found.length === 0) return 0;
    // Not among the counts, which commits write from what they read before.
    const forgotten = (this.get<number>(forgottenOf(sourceId)) ?? 0) + found.length;
    await this.#env.batch(() => {
      for (const trouble of found) void this.book.clearTrouble(trouble);
      void this.#env.put(forgottenOf(sourceId), forgotten);
    });
    await this.#env.flushed;
    return found.length;
  }

  async #trim(): Promise<void> {
    if (this.#readers.size === 0) return;
    const firm = this.#slowest(({ mayBeCut }) => !mayBeCut);
    await this.#log.trimTo(
      this.#slowest(() => true),
      0,
    );
    if (!this.isFull()) return;
    // Over the bound: those that may be cut lose what is oldest.
    const tail = this.tail();
    await this.#log.trimTo(firm, this.#log.head.bytes - this.#options.maxBytes);
    for (const [name, { cursor, mayBeCut }] of this.#readers) {
      const lost = this.tail() - Math.max(cursor(), tail);
      if (mayBeCut && lost > 0) this.cut.set(name, (this.cut.get(name) ?? 0) + lost);
    }
  }

  /** The number that the slowest of these readers has reached; the head where there are none. */
  #slowest(only: (reader: { readonly mayBeCut: boolean }) => boolean): number {
    const cursors = [...this.#readers.values()].filter(only).map(({ cursor }) => cursor());
    return Math.min(this.head(), ...cursors);
  }
}

function forgottenOf(sourceId: string): string {
  return `forgotten/${sourceId}`;
}

function bytesOf(waiting: readonly Waiting[]): number {
  let bytes = 0;
  for (const { file } of waiting) for (const { block } of file.content?.blocks ?? []) bytes += block.length;
  return bytes;
}
