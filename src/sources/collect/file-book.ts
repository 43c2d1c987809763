import { createHash } from 'node:crypto';
import type { Database, RootDatabase } from 'lmdb';
import type { UnreadableReason } from '../parse/index.ts';

/** An object of a bucket as a listing or a notification named it. */
export interface FileRef {
  readonly sourceId: string;
  readonly bucket: string;
  readonly key: string;
  /** Without quotes; empty when whoever named the file did not say. */
  readonly etag: string;
  /** Bytes; -1 when unknown. */
  readonly size: number;
  /** The day of its folder, days since the epoch; 0 for keys without one. */
  readonly day: number;
}

/** What became of a file. */
export type FileOutcome =
  /** Its records are in the log. */
  | 'done'
  /** It holds no CloudTrail records, and its key did not promise any. */
  | 'foreign'
  | 'quarantined'
  /** It was listed, and is not there any more. */
  | 'gone';

/** What is remembered of a file. */
export interface FileState {
  readonly outcome: FileOutcome;
  /** Records in it, duplicates and all. */
  readonly records: number;
  /** When it was read, ms, to the second. */
  readonly at: number;
  readonly size: number;
  /** False: it has changed in the bucket since. Unknown tags and sizes are taken as the same. */
  isSame(etag: string, size: number): boolean;
}

/** A file that could not be read: it is tried again by itself (`retry`), or when somebody asks (`quarantine`). */
export interface Trouble extends FileRef {
  readonly kind: 'retry' | 'quarantine';
  readonly reason: UnreadableReason;
  /** For people. */
  readonly message: string;
  readonly attempts: number;
  /** Records of it that could be read, and are kept. */
  readonly records: number;
  /** When it first went wrong, ms. */
  readonly since: number;
  /** When it is tried again, ms; only of `retry`. */
  readonly nextAt?: number;
}

const OUTCOMES: readonly FileOutcome[] = ['done', 'foreign', 'quarantined', 'gone'];
const VALUE_BYTES = 25;

/**
 * Which files were dealt with, by source and day, and which wait. It lies in the log's own environment, so that a file
 * and its records are committed together. Keys are hashed: a file takes 45 bytes, whatever its name.
 */
export class FileBook {
  readonly #files: Database<Buffer, Buffer>;
  readonly #troubles: Database<Trouble, string>;
  readonly #numbers: Database<number, string>;
  readonly #maxTroubles: number;
  readonly #known = new Map<string, number>();

  /** `maxTroubles`: files of one source in the list of those that could not be read. */
  constructor(env: RootDatabase<unknown, string>, maxTroubles: number) {
    this.#maxTroubles = maxTroubles;
    this.#files = env.openDB({ name: 'files', encoding: 'binary', keyEncoding: 'binary' });
    this.#troubles = env.openDB({ name: 'troubles', encoding: 'json' });
    this.#numbers = env.openDB({ name: 'sources', encoding: 'json' });
    for (const { key, value } of this.#numbers.getRange()) this.#known.set(key, value);
  }

  state(ref: FileRef): FileState | undefined {
    const value = this.#files.get(this.#keyOf(ref));
    if (value === undefined) return undefined;
    return {
      outcome: OUTCOMES[value[0]!] ?? 'done',
      records: value.readUInt32LE(1),
      at: value.readUInt32LE(5) * 1000,
      size: value.readDoubleLE(9),
      isSame: (etag, size) =>
        (etag === '' || value.subarray(17).equals(tagOf(etag)) || value.subarray(17).equals(NO_TAG)) &&
        (size < 0 || size === value.readDoubleLE(9)),
    };
  }

  /** Within a transaction of the environment. */
  note(ref: FileRef, outcome: FileOutcome, records: number, at: number): void {
    const value = Buffer.alloc(VALUE_BYTES);
    value[0] = OUTCOMES.indexOf(outcome);
    value.writeUInt32LE(Math.min(records, 0xffffffff), 1);
    value.writeUInt32LE(Math.floor(at / 1000), 5);
    value.writeDoubleLE(ref.size, 9);
    tagOf(ref.etag).copy(value, 17);
    void this.#files.put(this.#keyOf(ref), value);
  }

  trouble(ref: Pick<FileRef, 'sourceId' | 'bucket' | 'key'>): Trouble | undefined {
    return this.#troubles.get(troubleKey(ref));
  }

  setTrouble(trouble: Trouble): Promise<boolean> {
    return this.#troubles.put(troubleKey(trouble), trouble);
  }

  /** False: the source's list is full, and a file that is new to it is counted only. */
  hasRoom({ sourceId, ...file }: Pick<FileRef, 'sourceId' | 'bucket' | 'key'>): boolean {
    if (this.trouble({ sourceId, ...file })) return true;
    const range = { start: `${sourceId}\n`, end: `${sourceId}\u000b`, limit: this.#maxTroubles };
    return this.#troubles.getKeysCount(range) < this.#maxTroubles;
  }

  clearTrouble(ref: Pick<FileRef, 'sourceId' | 'bucket' | 'key'>): Promise<boolean> {
    return this.#troubles.remove(troubleKey(ref));
  }

  /** In the order of their keys; at most `limit`. */
  *troubles(sourceId: string, limit = Number.POSITIVE_INFINITY): Generator<Trouble> {
    const range = { start: `${sourceId}\n`, end: `${sourceId}\u000b`, limit: Math.min(limit, 2 ** 31) };
    for (const { value } of this.#troubles.getRange(range)) yield value;
  }

  /** Gives a source its number before its first file. */
  async enroll(sourceId: string): Promise<void> {
    if (this.#known.has(sourceId)) return;
    const number = Math.max(0, ...this.#known.values()) + 1;
    this.#known.set(sourceId, number);
    await this.#numbers.put(sourceId, number);
  }

  /** Lets go of everything about a source that is gone. Its number is not given again. */
  async forget(sourceId: string): Promise<void> {
    if (!this.#known.has(sourceId)) return;
    const [start, end] = [this.#prefixOf(sourceId, 0), this.#prefixOf(sourceId, 1)];
    for (;;) {
      const keys = [...this.#files.getKeys({ start, end, limit: 5_000 })];
      if (keys.length === 0) break;
      await this.#files.batch(() => {
        for (const key of keys) void this.#files.remove(key);
      });
    }
    for (const trouble of [...this.troubles(sourceId)]) await this.clearTrouble(trouble);
  }

  #prefixOf(sourceId: string, more: number): Buffer {
    const number = this.#known.get(sourceId);
    if (number === undefined) throw new Error(`collect: source ${sourceId} was not enrolled`);
    const key = Buffer.alloc(4);
    key.writeUInt32BE(number + more, 0);
    return key;
  }

  #keyOf({ sourceId, bucket, key, day }: FileRef): Buffer {
    const hash = createHash('sha256').update(`${bucket}\n${key}`).digest();
    const whole = Buffer.alloc(20);
    this.#prefixOf(sourceId, 0).copy(whole);
    whole.writeUInt32BE(day, 4);
    hash.copy(whole, 8, 0, 12);
    return whole;
  }
}

/** Of a file that was named without its tag: only its size tells whether it has changed. */
const NO_TAG = tagOf('');

function tagOf(etag: string): Buffer {
  return createHash('sha256').update(etag).digest().subarray(0, 8);
}

function troubleKey({ sourceId, bucket, key }: Pick<FileRef, 'sourceId' | 'bucket' | 'key'>): string {
  return `${sourceId}\n${bucket}\n${key}`;
}
