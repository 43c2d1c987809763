import type { BucketReader, ListedObject } from './bucket-reader.ts';
import {
  type CloudTrailKey,
  DIGESTS,
  dayOf,
  dayPath,
  foreignFolder,
  keyBefore,
  type RegionFolder,
  readCloudTrailKey,
} from './cloudtrail-key.ts';
import { DayCount } from './day-count.ts';

const HOUR = 3_600_000;
/** A file whose name is older than this is found by the hourly look at its day. */
const HOT_WINDOW = 2 * HOUR;
/** How often today and yesterday are looked at whole. */
const YOUNG_INTERVAL = HOUR;
/** A level of days of age 2^k to 2^(k+1) is looked at every 2^k times this. */
const LEVEL_INTERVAL = 3 * HOUR;
/** Keys outside of known folders are looked for again after this many times the duration of the last look. */
const SWEEP_SHARE = 20;
/** Region folders of one source: accounts × kinds × Regions. */
const MAX_FOLDERS = 50_000;
/** Pages whose files are under way while the next is listed. */
const PAGES_AHEAD = 3;

/** A file that was found, and what its key says. */
export interface FoundFile extends ListedObject {
  /** Absent: its key is not of CloudTrail's form. */
  readonly place?: CloudTrailKey;
}

/** `fresh` goes before `back`. */
export type Lane = 'fresh' | 'back';

/** What a walk needs of the collector. */
export interface WalkHost {
  /** One request, repeated as far as it may pass. */
  list: BucketReader['list'];
  /**
   * Resolves when each of the files is dealt with: its records durable, or itself in a durable list of those to try
   * again. Files that were dealt with before cost next to nothing.
   */
  take(files: readonly FoundFile[], lane: Lane, from: number): Promise<void>;
  /** Small durable values of this source's walk. */
  readonly memory: {
    get<T>(name: string): T | undefined;
    /** Durable on return. */
    put(name: string, value: unknown): Promise<void>;
    /** Soon; a crash may bring back an older value, which only costs another look. */
    note(name: string, value: unknown): void;
    remove(name: string): Promise<void>;
    entries<T>(prefix: string): Iterable<readonly [string, T]>;
  };
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Days of folders, in the lane `back`: `planned` are still to be looked at, `passed` of them are dealt with. */
  onDays?(days: { readonly planned?: number; readonly passed?: number }): void;
  /** Folders of other services are counted, not read. */
  countForeign(folder: string): void;
}

/** A range of days that somebody asked for, until it was walked. */
interface BackFillJob {
  readonly from: number;
  readonly to: number;
  /** Folders that are done. */
  readonly done: readonly string[];
}

/** How far a level of a folder is. */
interface LevelState {
  /** When it was last looked at whole, ms; 0 never. */
  readonly at: number;
  /** Under way: files up to this key are dealt with. */
  readonly cursor?: string;
  /** When the look that is under way began. */
  readonly since?: number;
  /** The newest day of it when it began; its days move on meanwhile. */
  readonly newest?: number;
}

interface FolderState extends RegionFolder {
  readonly levels: readonly LevelState[];
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
  readonly #folders = new Map<string, FolderState>();
  #sweptAt = 0;
  #sweepTook = 0;

  /** `prefix`: what the source says comes before `AWSLogs/`, without a slash at its end. `start`: ms. */
  constructor(host: WalkHost, options: { readonly prefix: string; readonly start: number }) {
    this.#host = host;
    this.#prefix = options.prefix === '' ? '' : `${options.prefix}/`;
    this.#start = options.start;
    for (const [, folder] of host.memory.entries<FolderState>('folder/')) {
      if (folder.folder.startsWith(this.#prefix)) this.#folders.set(folder.folder, folder);
    }
  }

  /** The folders that are known. */
  folders(): readonly RegionFolder[] {
    return [...this.#folders.values()];
  }

  /** A file that came by another way shows a folder that no sweep has met. */
  learn(place: CloudTrailKey): void {
    if (this.#folders.has(place.folder) || this.#folders.size >= MAX_FOLDERS) return;
    if (!place.folder.startsWith(this.#prefix)) return;
    const { folder, account, kind, region } = place;
    this.#save({ folder, account, kind, region, levels: [] });
  }

  /** Looks for what is new. `whole`: at everything that is not older than two days, due or not. */
  async fresh(whole: boolean): Promise<void> {
    const now = this.#host.now();
    if (whole || now - this.#sweptAt >= this.#sweepTook * SWEEP_SHARE) await this.#sweep();
    await this.#each(8, this.#eventFolders(), (folder) =>
      this.#range(folder, { startAfter: keyBefore(folder, this.#from(now - HOT_WINDOW)) }, 'fresh'),
    );
    await this.#each(8, this.#eventFolders(), async (folder) => {
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
      for (const folder of this.#eventFolders()) {
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
      await this.#each(2, this.#eventFolders(), async (folder) => {
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
      if (this.#eventFolders().some((folder) => (folder.levels[level]?.at ?? 0) === 0)) return true;
    }
    return false;
  }

  /** Asks for days, `to` (ms) not included; durable on return. */
  async backFill(from: number, to: number): Promise<void> {
    const job: BackFillJob = { from, to, done: [] };
    await this.#host.memory.put(`job/${from}-${to}`, job);
  }

  #eventFolders(): FolderState[] {
    return [...this.#folders.values()].filter(({ kind }) => kind !== DIGESTS);
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
    for (const folder of this.#eventFolders()) {
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
    const left = this.#eventFolders().filter(({ folder }) => !done.includes(folder));
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
      this.#setLevel(folder.folder, level, { at: state.at, cursor, since, newest });
      days?.past(cursor);
    });
    days?.finish();
    this.#setLevel(folder.folder, level, { at: since });
  }

  #setLevel(name: string, level: number, state: LevelState): void {
    const folder = this.#folders.get(name);
    if (!folder) return;
    const levels = Array.from({ length: Math.max(folder.levels.length, level + 1) }, (_, at) =>
      at === level ? state : (folder.levels[at] ?? { at: 0 }),
    );
    this.#save({ ...folder, levels });
  }

  #save(folder: FolderState): void {
    this.#folders.set(folder.folder, folder);
    this.#host.memory.note(`folder/${folder.folder}`, folder);
  }

  /** Takes the files of a part of a folder. `onPast` is told of keys up to which everything is dealt with. */
  async #range(
    folder: RegionFolder,
    range: { readonly startAfter: string; readonly end?: string; readonly from?: number },
    lane: Lane,
    onPast?: (cursor: string) => void,
  ): Promise<void> {
    const { startAfter, end, from = this.#start } = range;
    const underWay: { readonly last: string; readonly done: Promise<void> }[] = [];
    const settle = async () => {
      const { last, done } = underWay.shift()!;
      await done;
      onPast?.(last);
    };
    for await (const page of this.#pages(folder.folder, startAfter)) {
      const wanted = end === undefined ? page : page.filter(({ key }) => key < end);
      const last = wanted.at(-1)?.key;
      if (last !== undefined) {
        const done = this.#host.take(wanted.map(found), lane, from);
        // Awaited in turn; until then its failure is nobody's.
        done.catch(() => undefined);
        underWay.push({ last, done });
        if (underWay.length > PAGES_AHEAD) await settle();
      }
      if (wanted.length < page.length) break;
    }
    while (underWay.length > 0) await settle();
  }

  /** Pages of a listing, as long as they go forward: a bucket that repeats itself ends it. */
  async *#pages(prefix: string, startAfter: string): AsyncGenerator<readonly ListedObject[]> {
    let after = startAfter;
    for (;;) {
      this.#host.signal.throwIfAborted();
      const { objects, more } = await this.#host.list({ prefix, startAfter: after });
      const forward = objects.filter(({ key }) => key.startsWith(prefix) && isAfter(key, after));
      if (forward.length > 0) yield forward;
      const last = forward.at(-1)?.key;
      if (!more || last === undefined) return;
      after = last;
    }
  }

  /** Meets every folder and every key that is in none. */
  async #sweep(): Promise<void> {
    const began = this.#host.now();
    let after = '';
    const taken: Promise<void>[] = [];
    for (;;) {
      this.#host.signal.throwIfAborted();
      const { objects, more } = await this.#host.list({ prefix: this.#prefix, startAfter: after });
      const others: FoundFile[] = [];
      let jump: string | undefined;
      let last: string | undefined;
      for (const object of objects) {
        if (!object.key.startsWith(this.#prefix) || !isAfter(object.key, jump ?? last ?? after)) continue;
        last = object.key;
        const place = readCloudTrailKey(object.key);
        const foreign = place ? undefined : foreignFolder(object.key);
        if (place) this.learn(place);
        if (foreign) this.#host.countForeign(foreign);
        if (place && this.#folders.has(place.folder)) jump = pastYears(place.folder);
        else if (foreign) jump = `${foreign}\ufffd`;
        else if (!object.key.endsWith('/')) others.push(found(object));
      }
      if (others.length > 0) {
        const done = this.#host.take(others, 'fresh', this.#start);
        done.catch(() => undefined);
        taken.push(done);
        if (taken.length > PAGES_AHEAD) await taken.shift();
      }
      const next = jump !== undefined && (last === undefined || isAfter(jump, last)) ? jump : last;
      if (!more || next === undefined) break;
      after = next;
    }
    await Promise.all(taken);
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

/** By UTF-8 bytes, as buckets order their keys; UTF-16 differs from that above U+D7FF only. */
function isAfter(a: string, b: string): boolean {
  return /[\ud800-\uffff]/.test(a + b) ? Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0 : a > b;
}

/** Years begin with a 2 until the year 3000: what stands in the folder beside them is met all the same. */
function pastYears(folder: string): string {
  return `${folder}3`;
}

function found(object: ListedObject): FoundFile {
  const place = readCloudTrailKey(object.key);
  return place ? { ...object, place } : object;
}
