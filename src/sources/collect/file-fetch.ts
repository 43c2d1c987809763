import { setTimeout } from 'node:timers/promises';
import {
  BucketError,
  type BucketReader,
  type FoundFile,
  type Lane,
  mayPass,
  withBackOff,
} from '../fetch/index.ts';
import { type ReadOptions, Unreadable, type UnreadableReason } from '../parse/index.ts';
import type { CollectedStore } from './collected-store.ts';
import type { FileRef, Trouble } from './file-book.ts';
import type { FileReaders } from './file-readers.ts';
import type { Lanes } from './lanes.ts';
import type { FileContent } from './read-file.ts';
import type { SourceTreatment } from './thread-messages.ts';

/** A file goes to the quarantine after so many visits at which the bucket would not give it. */
const MAX_VISITS = 8;
/** Milliseconds before the second visit; doubled each time, up to an hour. */
const FIRST_WAIT = 60_000;
const LONGEST_WAIT = 3_600_000;
/** Files of the list of those to try again that are in memory at once. */
const RETRIES_AT_ONCE = 1_000;
/** While the log is full of what no reader has passed. */
const FULL_WAIT = 100;
/** While the repositories are behind, each file waits this often: they keep up, and never hold collecting up for good. */
const AHEAD_WAITS = 20;

/** What fetching needs. All of it is one source's, but for the store, the readers and the lanes. */
export interface FetchDependencies {
  readonly sourceId: string;
  readonly bucket: string;
  readonly reader: BucketReader;
  readonly store: CollectedStore;
  readonly readers: FileReaders;
  readonly lanes: Lanes;
  readonly read: ReadOptions;
  /** Bytes of a file as it lies in the bucket. */
  readonly maxFileBytes: number;
  readonly treatment: () => SourceTreatment;
  readonly now: () => number;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Milliseconds of the first wait of a request that failed. */
  readonly firstBackOff: number;
  readonly onRetry: (error: BucketError) => void;
  /** A file was dealt with; `records` that are new. */
  readonly onDone: (records: number, lane: Lane) => void;
}

/** Fetches the files of one source: each once, however many ways it is heard of. */
export class FileFetch {
  readonly #is: FetchDependencies;
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(dependencies: FetchDependencies) {
    this.#is = dependencies;
  }

  /** Files under way or waiting for their turn. */
  get pending(): number {
    return this.#underWay.size;
  }

  /**
   * Resolves when all of the files are dealt with: durable in the log, in the quarantine, or in the durable list of
   * those that are tried again. `from`: records of before it (ms) are left out. @throws only when nothing can be written, or stopped
   */
  async take(files: readonly FoundFile[], lane: Lane, from: number): Promise<void> {
    await Promise.all(files.map((file) => this.#one(this.#refOf(file), lane, from)));
  }

  /** Tries the files again whose time has come, and those that a person asked for. */
  async retryDue(from: number): Promise<void> {
    const { store, sourceId, now } = this.#is;
    // Each is tried once: what fails again bears a later time, or is not to be tried.
    const until = now();
    for (;;) {
      const due: Trouble[] = [];
      for (const trouble of store.book.troubles(sourceId)) {
        if (trouble.kind === 'retry' && (trouble.nextAt ?? 0) <= until) due.push(trouble);
        if (due.length === RETRIES_AT_ONCE) break;
      }
      await Promise.all(due.map((trouble) => this.#one(trouble, 'fresh', from, true)));
      if (due.length < RETRIES_AT_ONCE) return;
    }
  }

  #refOf(file: FoundFile): FileRef {
    const { sourceId, bucket } = this.#is;
    const { key, etag, size, place } = file;
    return { sourceId, bucket, key, etag, size, day: Math.max(0, place?.day ?? 0) };
  }

  #one(ref: FileRef, lane: Lane, from: number, again = false): Promise<void> {
    const running = this.#underWay.get(ref.key);
    if (running) return running;
    if (!again && this.#isKnown(ref)) return Promise.resolve();
    const work = this.#is.lanes
      .run(lane, ref.size, async () => {
        // It may have been done by another way while it waited.
        if (!again && this.#isKnown(ref)) return { kept: Promise.resolve() };
        const kept = await this.#fetch(ref, lane, from);
        // The next file is fetched while this one is on its way to the disk: many small ones share a sync.
        await this.#is.store.room();
        return kept;
      })
      .then(({ kept }) => kept)
      .finally(() => this.#underWay.delete(ref.key));
    this.#underWay.set(ref.key, work);
    return work;
  }

  /** Dealt with, as it lies there now; or waiting for another visit. */
  #isKnown(ref: FileRef): boolean {
    const state = this.#is.store.book.state(ref);
    // One that was gone and is named again is there again, or named by somebody who is late: one request tells.
    if (state && state.outcome !== 'gone' && state.isSame(ref.etag, ref.size)) return true;
    const trouble = this.#is.store.book.trouble(ref);
    return trouble?.kind === 'retry' && trouble.etag === ref.etag && (trouble.nextAt ?? 0) > this.#is.now();
  }

  /** Resolves when the file was read; `kept` when that is durable. */
  async #fetch(ref: FileRef, lane: Lane, from: number): Promise<{ readonly kept: Promise<void> }> {
    const { store, signal, lanes } = this.#is;
    for (let wait = 0; store.isFull() || (wait < AHEAD_WAITS && store.isAhead()); wait++) {
      await setTimeout(FULL_WAIT, undefined, { signal });
    }
    signal.throwIfAborted();
    let content: FileContent;
    let size: number;
    try {
      if (ref.size > this.#is.maxFileBytes) throw new Unreadable('too-large', `${ref.size} bytes`);
      const body = await this.#download(ref);
      // Whoever named the file may not have known it; the buffer itself goes to a reading thread.
      size = body.length;
      lanes.faster();
      // CloudTrail writes none: it was cut, or is still being copied.
      if (size === 0 && ref.day > 0) throw new Unreadable('truncated', 'it is empty');
      content = await this.#read(ref, body, from);
    } catch (error) {
      signal.throwIfAborted();
      await this.#failed(ref, error);
      return { kept: Promise.resolve() };
    }
    const kept = this.#keep({ ...ref, size }, content, lane);
    // Awaited in turn; until then its failure is nobody's. Then somebody may still be writing from the memory.
    kept.then(
      () => this.#is.readers.reuse(content),
      () => undefined,
    );
    return { kept };
  }

  #download(ref: FileRef): Promise<Buffer<ArrayBuffer>> {
    const { reader, maxFileBytes, signal, random, firstBackOff, onRetry, lanes } = this.#is;
    return withBackOff(() => reader.get(ref.key, maxFileBytes), {
      attempts: 4,
      first: firstBackOff,
      longest: 20_000,
      random,
      signal,
      onRetry(error) {
        if (error.kind === 'throttled') lanes.slower();
        onRetry(error);
      },
    });
  }

  #read(ref: FileRef, body: Buffer<ArrayBuffer>, from: number): Promise<FileContent> {
    const { readers, read, treatment, now } = this.#is;
    return readers.read({
      sourceId: ref.sourceId,
      bucket: ref.bucket,
      key: ref.key,
      arrivedAt: now(),
      account: /\/(\d{12})\/CloudTrail/.exec(ref.key)?.[1] ?? '',
      body,
      read,
      notBefore: from,
      treatment: treatment(),
    });
  }

  async #keep(ref: FileRef, content: FileContent, lane: Lane): Promise<void> {
    const { store, onDone, now } = this.#is;
    const { fault } = content;
    const promisesRecords = ref.day > 0;
    if (fault && !promisesRecords && content.blocks.length === 0) {
      // Somebody else's file in a shared bucket: counted, not worth a person's look.
      await store.commit({ ref, outcome: 'foreign', content });
      onDone(0, lane);
      return;
    }
    const records = content.records - content.invalid - content.foreign;
    const trouble = fault && this.#quarantine(ref, fault.reason, fault.message, records, now());
    const kept = await store.commit({
      ref,
      outcome: fault ? 'quarantined' : 'done',
      content,
      ...(trouble && { trouble }),
    });
    onDone(kept.kept, lane);
  }

  async #failed(ref: FileRef, error: unknown): Promise<void> {
    const { store, now } = this.#is;
    if (error instanceof BucketError && error.kind === 'missing') {
      await store.commit({ ref, outcome: 'gone' });
      return;
    }
    const reason = reasonOf(error);
    const message = error instanceof Error ? error.message : String(error);
    const known = store.book.trouble(ref);
    const attempts = (known?.attempts ?? 0) + 1;
    const isFinal = reason !== 'unreachable' || attempts >= MAX_VISITS;
    const since = known?.since ?? now();
    if (isFinal) {
      const trouble = { ...this.#quarantine(ref, reason, message, 0, since), attempts };
      await store.commit({ ref, outcome: 'quarantined', trouble });
      return;
    }
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempts - 1));
    await store.book.setTrouble({
      ...this.#quarantine(ref, reason, message, 0, since),
      kind: 'retry',
      attempts,
      nextAt: now() + wait,
    });
    if (error instanceof BucketError && !mayPass(error)) this.#is.onRetry(error);
  }

  #quarantine(
    ref: FileRef,
    reason: UnreadableReason,
    message: string,
    records: number,
    since: number,
  ): Trouble {
    const { sourceId, bucket, key, etag, size, day } = ref;
    const attempts = 1;
    return {
      sourceId,
      bucket,
      key,
      etag,
      size,
      day,
      kind: 'quarantine',
      reason,
      message,
      records,
      attempts,
      since,
    };
  }
}

function reasonOf(error: unknown): UnreadableReason {
  if (error instanceof Unreadable) return error.reason;
  return error instanceof BucketError && error.kind === 'too-large' ? 'too-large' : 'unreachable';
}
