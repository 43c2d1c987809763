import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import {
  BucketError,
  type BucketReader,
  type FoundFile,
  type Lane,
  Walk,
  withBackOff,
} from '../fetch/index.ts';
import type { BackFillProgress, CollectorStatus, LogSource } from '../index.ts';
import { type FetchDependencies, FileFetch } from './file-fetch.ts';
import { Progress } from './progress.ts';

/** What a running source needs beside itself. */
export interface RunnerDependencies
  extends Omit<
    FetchDependencies,
    'sourceId' | 'bucket' | 'reader' | 'signal' | 'onRetry' | 'onDone' | 'now'
  > {
  readonly source: LogSource;
  /** Made when the runner starts, closed when it stops. */
  readonly connect: () => Promise<BucketReader>;
  readonly now: () => number;
  /** Told of each failed request, by kind; `listing` or `file`. */
  readonly countRetry: (kind: string) => void;
  readonly countForeign: () => void;
  readonly log: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

/** How long the first of several waits after a round that failed is, ms; up to the interval. */
const FIRST_PAUSE = 2_000;

/** Walks one source's bucket at its interval until it is stopped. */
export class SourceRunner {
  readonly #is: RunnerDependencies;
  readonly #stop = new AbortController();
  readonly #progress: Progress;
  #wake: (() => void) | undefined;
  #asked = false;
  #again = false;
  #state: CollectorStatus['state'] = 'idle';
  #lastRunAt: number | undefined;
  #lastSuccessAt: number | undefined;
  #nextRunAt: number | undefined;
  #lastError: string | undefined;
  #walk: Walk | undefined;
  #fetch: FileFetch | undefined;
  #reader: BucketReader | undefined;
  #ended: Promise<void> = Promise.resolve();
  #back: Promise<void> | undefined;

  constructor(dependencies: RunnerDependencies) {
    this.#is = dependencies;
    this.#progress = new Progress(dependencies.now);
    // Every wait of every file under way listens to it.
    setMaxListeners(0, this.#stop.signal);
  }

  start(): void {
    this.#ended = this.#loop();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#ended;
    await this.#back?.catch(() => undefined);
    this.#reader?.close();
  }

  /** A round now, over everything that can be due. */
  run(): void {
    this.#asked = true;
    this.#wake?.();
  }

  /** A round now, over what is due. */
  wake(): void {
    this.#again = true;
    this.#wake?.();
  }

  async backFill(from: number, to: number): Promise<void> {
    const { store, source } = this.#is;
    await store.put(`walk/${source.id}/job/${from}-${to}`, { from, to, done: [] });
    this.#progress.ask(from, to);
    this.wake();
  }

  /** Files that a notification names; resolves when they are dealt with. @throws Error while the bucket cannot be reached */
  async take(files: readonly FoundFile[]): Promise<void> {
    if (!this.#fetch || !this.#walk) await this.#connect();
    for (const { place } of files) if (place) this.#walk!.learn(place);
    await this.#fetch!.take(files, 'fresh', this.#is.source.connector.startDate);
  }

  status(): CollectorStatus {
    const { store, source, now } = this.#is;
    const counts = store.counts(source.id);
    const quarantined = Object.values(counts.quarantined).reduce((sum, count) => sum + count, 0);
    const backFill = this.backFillProgress();
    return {
      state: source.paused ? 'paused' : this.#state,
      ...(this.#lastRunAt !== undefined && { lastRunAt: this.#lastRunAt }),
      ...(this.#lastSuccessAt !== undefined && { lastSuccessAt: this.#lastSuccessAt }),
      ...(this.#nextRunAt !== undefined && { nextRunAt: this.#nextRunAt }),
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
      files: counts.files,
      records: counts.records,
      duplicates: counts.duplicates,
      bytes: counts.bytes,
      quarantined,
      ...(counts.newest > 0 && { lag: Math.max(0, now() - counts.newest) }),
      ...(backFill && { backFill }),
    };
  }

  backFillProgress(): BackFillProgress | undefined {
    return this.#progress.status();
  }

  async #loop(): Promise<void> {
    const { source, now, random } = this.#is;
    const interval = source.fetch.intervalMinutes * 60_000;
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      const began = now();
      this.#lastRunAt = began;
      const whole = this.#asked;
      this.#asked = false;
      this.#again = false;
      const failure = await this.#round(whole);
      if (this.#stop.signal.aborted) return;
      failures = failure === undefined ? 0 : failures + 1;
      const pause = failures === 0 ? interval - (now() - began) : FIRST_PAUSE * 2 ** (failures - 1);
      const wait = Math.max(0, Math.min(interval, pause)) * (failures === 0 ? 1 : 0.5 + random() / 2);
      this.#nextRunAt = now() + wait;
      if (!this.#asked && !this.#again) await this.#sleep(wait);
    }
  }

  /** Answers what went wrong. */
  async #round(whole: boolean): Promise<Error | undefined> {
    if (this.#state !== 'failing') this.#state = 'running';
    try {
      if (!this.#walk) await this.#connect();
      const walk = this.#walk!;
      await this.#fetch!.retryDue(this.#is.source.connector.startDate);
      await walk.fresh(whole);
      this.#startBack(walk, whole);
      // Somebody who asks for a run waits for the older days too; the interval does not.
      if (whole) await this.#back;
      this.#state = 'idle';
      this.#lastSuccessAt = this.#is.now();
      this.#lastError = undefined;
      return undefined;
    } catch (error) {
      return this.#failed(error);
    }
  }

  #failed(error: unknown): Error | undefined {
    if (this.#stop.signal.aborted) return undefined;
    const failure = error instanceof Error ? error : new Error(String(error));
    this.#state = 'failing';
    this.#lastError = failure.message;
    this.#is.log('a log source could not be read; it is tried again', {
      source: this.#is.source.name,
      reason: failure.message,
    });
    // New credentials, a new address: the next round connects anew.
    if (failure instanceof BucketError && failure.kind === 'refused') this.#disconnect();
    return failure;
  }

  #startBack(walk: Walk, whole: boolean): void {
    const before = this.#back;
    // What is under way looks only at what was due.
    if (before && !whole) return;
    if (walk.isBehind()) this.#progress.begin(this.#is.source.connector.startDate);
    const work = (before?.catch(() => undefined) ?? Promise.resolve())
      .then(() => walk.back(whole))
      .then(() => this.#progress.end());
    const back: Promise<void> = work.finally(() => {
      if (this.#back === back) this.#back = undefined;
    });
    this.#back = back;
    back.catch((error: unknown) => void this.#failed(error));
  }

  async #connect(): Promise<void> {
    const { source, store, connect } = this.#is;
    const reader = await connect();
    const fetch = new FileFetch({
      ...this.#is,
      sourceId: source.id,
      bucket: source.connector.bucket,
      reader,
      signal: this.#stop.signal,
      onRetry: ({ kind }) => this.#is.countRetry(kind),
      onDone: (records, lane) => this.#progress.done(records, lane),
    });
    const prefix = `walk/${source.id}/`;
    this.#reader = reader;
    this.#fetch = fetch;
    this.#walk = new Walk(
      {
        list: (request) =>
          withBackOff(() => reader.list(request), {
            attempts: 5,
            first: this.#is.firstBackOff,
            longest: 30_000,
            random: this.#is.random,
            signal: this.#stop.signal,
            onRetry: ({ kind }) => this.#is.countRetry(kind),
          }),
        take: (files, lane, from) => this.#take(fetch, files, lane, from),
        memory: {
          get: (name) => store.get(prefix + name),
          put: (name, value) => store.put(prefix + name, value),
          note: (name, value) => store.note(prefix + name, value),
          remove: (name) => store.remove(prefix + name),
          *entries<T>(start: string) {
            for (const [name, value] of store.entries<T>(prefix + start)) {
              yield [name.slice(prefix.length), value] as const;
            }
          },
        },
        now: this.#is.now,
        signal: this.#stop.signal,
        onDays: (days) => this.#progress.days(days),
        countForeign: this.#is.countForeign,
      },
      { prefix: source.connector.prefix, start: source.connector.startDate },
    );
  }

  async #take(fetch: FileFetch, files: readonly FoundFile[], lane: Lane, from: number): Promise<void> {
    this.#progress.found(files.length, lane);
    const one = async (file: FoundFile) => {
      await fetch.take([file], lane, from);
      this.#progress.settled(1, lane);
    };
    await Promise.all(files.map(one));
  }

  #disconnect(): void {
    this.#reader?.close();
    this.#reader = undefined;
    this.#walk = undefined;
    this.#fetch = undefined;
  }

  async #sleep(milliseconds: number): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await setTimeout(milliseconds, undefined, { signal: woken.signal }).catch(() => undefined);
    this.#wake = undefined;
  }
}
