import {
  type CloudTrailKey,
  dayOf,
  dayPath,
  keyBefore,
  type RegionFolder,
  readCloudTrailKey,
} from './cloudtrail-key.ts';
import { DayCount } from './day-count.ts';
import { FolderBook, type FolderState } from './folder-book.ts';
import { found, pagesOf } from './listing.ts';
import { PagesAhead } from './pages-ahead.ts';
import { sweep } from './sweep.ts';
import type { Lane, WalkHost } from './walk-host.ts';

const HOUR = 3_600_000;
/** A file whose name is older than this is found by the hourly look at its day. */
const HOT_WINDOW = 2 * HOUR;
/** How often today and yesterday are looked at whole. */
const YOUNG_INTERVAL = HOUR;
/** A level of days of age 2^k to 2^(k+1) is looked at every 2^k times this. */
const LEVEL_INTERVAL = 3 * HOUR;
/** Keys outside of known folders are looked for again after this many times the duration of the last look. */
const SWEEP_SHARE = 20;

/** A range of days that somebody asked for, until it was walked. */
interface BackFillJob {
  readonly from: number;
  readonly to: number;
  /** Folders that are done. */
  readonly done: readonly string[];
}

/**
 * Finds a source's files, each as soon as it is there, and those that come late as well, without looking through the
 * whole history again and again.
 *
 * No marker says "up to here": files arrive late, shuffled, under older days. Instead each Region's folder is looked at
 * - from two hours ago on in every round (one request for most folders);
 * - today and yesterday whole, once an hour;
 * - older days in levels: those 2^k to 2^(k+1) days old every 2^k times three hours. A day is looked at ever more
 *   rarely the older it is, and all levels together cost the same for ten years as for ten times one.
 *
 * Folders are found by a sweep that lists the whole bucket but jumps over the days of every folder that it meets; keys
 * of other forms are found by it too. Whether a file was taken before is known by its own entry in the file book.
 */
export class Walk {
  readonly #host: WalkHost;
  readonly #prefix: string;
  readonly #start: number;
  readonly #folders: FolderBook;
  #sweptAt = 0;
  #sweepTook = 0;

  /** `prefix`: what the source says comes before `AWSLogs/`, without a slash at its end. `start`: ms. */
  constructor(host: WalkHost, options: { readonly prefix: string; readonly start: number }) {
    this.#host = host;
    this.#prefix = options.prefix === '' ? '' : `${options.prefix}/`;
    this.#start = options.start;
    this.#folders = new FolderBook(host.memory, this.#prefix);
  }

  /** The folders that are known. */
  folders(): readonly RegionFolder[] {
    return this.#folders.all();
  }

  /** A file that came by another way shows a folder that no sweep has met. */
  learn(place: CloudTrailKey): void {
    this.#folders.learn(place);
  }

  /** Looks for what is new. `whole`: at everything that is not older than two days, due or not. */
  async fresh(whole: boolean): Promise<void> {
    const now = this.#host.now();
    if (whole || now - this.#sweptAt >= this.#sweepTook * SWEEP_SHARE) await this.#sweep();
    await this.#each(8, this.#folders.events(), (folder) =>
      this.#range(folder, { startAfter: keyBefore(folder, this.#from(now - HOT_WINDOW)) }, 'fresh'),
    );
    await this.#each(8, this.#folders.events(), async (folder) => {
      const due = whole || now - (folder.levels[0]?.at ?? 0) >= YOUNG_INTERVAL;
      if (due) await this.#level(folder, 0, 'fresh', whole);
    });
  }

  /** Looks at older days that are due; `whole`: at all of them. Youngest first. Then what somebody asked for. */
  async back(whole: boolean): Promise<void> {
    const isDue = (folder: FolderState, level: number) =>
      whole || this.#host.now() - (folder.levels[level]?.at ?? 0) >= 2 ** level * LEVEL_INTERVAL;
    const jobs = new Set<string>();
    let planned = 0;
    for (let level = 1; 2 ** level <= this.#age(); level++) {
      for (const folder of this.#folders.events()) {
        if (!isDue(folder, level)) continue;
        const { first, newest } = this.#span(folder, level, whole);
        planned += Math.max(0, newest + 1 - first);
      }
    }
    for (const [name, job] of this.#host.memory.entries<BackFillJob>('job/')) {
      jobs.add(name);
      planned += this.#jobDays(job);
    }
    this.#host.onDays?.({ planned });
    for (let level = 1; 2 ** level <= this.#age(); level++) {
      await this.#each(2, this.#folders.events(), async (folder) => {
        if (isDue(folder, level)) await this.#level(folder, level, 'back', whole);
      });
    }
    for (const [name, job] of [...this.#host.memory.entries<BackFillJob>('job/')]) {
      if (!jobs.has(name)) this.#host.onDays?.({ planned: this.#jobDays(job) });
      await this.#job(name, job);
    }
  }

  /** True while older days were never looked at whole, or were asked for. */
  isBehind(): boolean {
    for (const _job of this.#host.memory.entries('job/')) return true;
    for (let level = 1; 2 ** level <= this.#age(); level++) {
      if (this.#folders.events().some((folder) => (folder.levels[level]?.at ?? 0) === 0)) return true;
    }
    return false;
  }

  /** Asks for days, `to` (ms) not included; durable on return. */
  async backFill(from: number, to: number): Promise<void> {
    const job: BackFillJob = { from, to, done: [] };
    await this.#host.memory.put(`job/${from}-${to}`, job);
  }

  /** How many days back the source begins. */
  #age(): number {
    return dayOf(this.#host.now()) - dayOf(this.#start);
  }

  #from(time: number): number {
    return Math.max(time, this.#start);
  }

  async #job(name: string, job: BackFillJob): Promise<void> {
    const done = new Set(job.done);
    for (const folder of this.#folders.events()) {
      if (done.has(folder.folder)) continue;
      const end = `${folder.folder}${dayPath(dayOf(job.to - 1) + 1)}`;
      const startAfter = `${folder.folder}${dayPath(dayOf(job.from))}/`;
      const days = this.#countDays(dayOf(job.from), dayOf(job.to - 1) + 1);
      await this.#range(folder, { startAfter, end, from: job.from }, 'back', (key) => days.past(key));
      days.finish();
      done.add(folder.folder);
      await this.#host.memory.put(name, { ...job, done: [...done] });
    }
    await this.#host.memory.remove(name);
  }

  /** Days that a job has still to look at, those of each folder. */
  #jobDays({ from, to, done }: BackFillJob): number {
    const left = this.#folders.events().filter(({ folder }) => !done.includes(folder));
    return left.length * (dayOf(to - 1) + 1 - dayOf(from));
  }

  #countDays(first: number, end: number): DayCount {
    return new DayCount(first, end, (passed) => this.#host.onDays?.({ passed }));
  }

  /** The days of a level: `first` is where the last look at it was broken off. */
  #span(folder: FolderState, level: number, anew: boolean) {
    const today = dayOf(this.#host.now());
    const state = folder.levels[level] ?? { at: 0 };
    const isUnderWay = !anew && state.cursor !== undefined && state.newest !== undefined;
    const newest = isUnderWay ? state.newest! : today - (level === 0 ? 0 : 2 ** level);
    const oldest = Math.max(newest - (level === 0 ? 1 : 2 ** level - 1), dayOf(this.#start));
    const reached = isUnderWay ? readCloudTrailKey(state.cursor!)?.day : undefined;
    return { isUnderWay, newest, oldest, first: Math.max(oldest, reached ?? oldest) };
  }

  /** Lists a level of a folder whole, from where the last look at it was broken off; `anew`: from its beginning. */
  async #level(folder: FolderState, level: number, lane: Lane, anew: boolean): Promise<void> {
    const now = this.#host.now();
    const state = folder.levels[level] ?? { at: 0 };
    const { isUnderWay, newest, oldest, first: firstDay } = this.#span(folder, level, anew);
    const since = isUnderWay ? (state.since ?? now) : now;
    const first = `${folder.folder}${dayPath(oldest)}/`;
    const days = lane === 'back' ? this.#countDays(firstDay, newest + 1) : undefined;
    const range = {
      startAfter: isUnderWay && state.cursor! > first ? state.cursor! : first,
      ...(level > 0 && { end: `${folder.folder}${dayPath(newest + 1)}` }),
    };
    await this.#range(folder, range, lane, (cursor) => {
      this.#folders.setLevel(folder.folder, level, { at: state.at, cursor, since, newest });
      days?.past(cursor);
    });
    days?.finish();
    this.#folders.setLevel(folder.folder, level, { at: since });
  }

  /** Takes the files of a part of a folder. `onPast` is told of keys up to which everything is dealt with. */
  async #range(
    folder: RegionFolder,
    range: { readonly startAfter: string; readonly end?: string; readonly from?: number },
    lane: Lane,
    onPast?: (cursor: string) => void,
  ): Promise<void> {
    const { startAfter, end, from = this.#start } = range;
    const ahead = new PagesAhead();
    for await (const page of pagesOf(this.#host, folder.folder, startAfter)) {
      const wanted = end === undefined ? page : page.filter(({ key }) => key < end);
      const last = wanted.at(-1)?.key;
      if (last !== undefined) {
        await ahead.add(this.#host.take(wanted.map(found), lane, from), () => onPast?.(last));
      }
      if (wanted.length < page.length) break;
    }
    await ahead.end();
  }

  async #sweep(): Promise<void> {
    const began = this.#host.now();
    await sweep(this.#host, this.#folders, { prefix: this.#prefix, start: this.#start });
    this.#sweptAt = this.#host.now();
    this.#sweepTook = this.#sweptAt - began;
  }

  async #each<T>(parallel: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    const left = items[Symbol.iterator]();
    let failure: { readonly error: unknown } | undefined;
    const lane = async () => {
      for (const item of left) {
        this.#host.signal.throwIfAborted();
        // A folder that fails does not hold up the others; the round has failed all the same.
        await work(item).catch((error: unknown) => {
          failure ??= { error };
        });
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, lane));
    if (failure) throw failure.error;
  }
}
