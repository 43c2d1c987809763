import type { Lane } from '../fetch/index.ts';
import type { BackFillProgress } from '../index.ts';

/** The rate is that of about so long ago until now, ms. */
const WINDOW = 30_000;

/** What is left is said after so long, ms. */
const SETTLED = 2_000;

/** How far the back-fill of a source is: in memory, since a start after a crash goes through the listing again. */
export class Progress {
  readonly #now: () => number;
  #range: { readonly from: number; readonly to: number } | undefined;
  #files = 0;
  #filesDone = 0;
  #records = 0;
  #began = 0;
  /** Days of folders that are to be looked at, and those of them that are dealt with. */
  #daysPlanned = 0;
  #daysPassed = 0;
  #listed = false;
  #done = false;
  /** Records until some moments of the last `WINDOW`. */
  #marks: (readonly [at: number, records: number])[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Older days were never looked at: from the source's start until today. */
  begin(from: number): void {
    if (this.#range && !this.#done) return;
    this.#start(from, this.#now());
  }

  /** Days that somebody asked for. */
  ask(from: number, to: number): void {
    if (!this.#range || this.#done) this.#start(from, to);
    else this.#range = { from: Math.min(this.#range.from, from), to: Math.max(this.#range.to, to) };
  }

  found(files: number, lane: Lane): void {
    if (lane === 'back') this.#files += files;
  }

  settled(files: number, lane: Lane): void {
    if (lane === 'back') this.#filesDone += files;
  }

  /** Days that were found to be looked at, or are behind. */
  days({ planned = 0, passed = 0 }: { readonly planned?: number; readonly passed?: number }): void {
    if (this.#done) return;
    this.#daysPlanned += planned;
    this.#daysPassed += passed;
  }

  done(records: number, lane: Lane): void {
    if (lane !== 'back') return;
    this.#records += records;
    const now = this.#now();
    const last = this.#marks.at(-1);
    if (!last || now - last[0] > 1_000) this.#marks.push([now, this.#records]);
    while (this.#marks.length > 2 && now - this.#marks[0]![0] > WINDOW) this.#marks.shift();
  }

  end(): void {
    if (!this.#range) return;
    this.#listed = true;
    this.#done = true;
  }

  status(): BackFillProgress | undefined {
    if (!this.#range) return undefined;
    const [first] = this.#marks;
    const elapsed = first ? this.#now() - first[0] : 0;
    const rate = first && elapsed > 0 ? ((this.#records - first[1]) * 1000) / elapsed : 0;
    const remaining = this.#done ? 0 : this.#remaining();
    return {
      ...this.#range,
      files: this.#files,
      filesDone: this.#filesDone,
      listed: this.#listed,
      records: this.#records,
      rate: this.#done ? 0 : rate,
      ...(remaining !== undefined && { remaining }),
      done: this.#done,
    };
  }

  /** By days: how many files there are is known only when all are done. Some of them first, lest it be a guess. */
  #remaining(): number | undefined {
    const elapsed = this.#now() - this.#began;
    const left = this.#daysPlanned - this.#daysPassed;
    // Days of a look that was under way before were never planned here.
    if (this.#daysPassed === 0 || left < 0 || elapsed < SETTLED) return undefined;
    return Math.round((elapsed * left) / this.#daysPassed);
  }

  #start(from: number, to: number): void {
    this.#range = { from, to };
    this.#began = this.#now();
    this.#daysPlanned = 0;
    this.#daysPassed = 0;
    this.#files = 0;
    this.#filesDone = 0;
    this.#records = 0;
    this.#listed = false;
    this.#done = false;
    this.#marks = [[this.#now(), 0]];
  }
}
