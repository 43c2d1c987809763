import type { Lane } from '../fetch/index.ts';
import type { BackFillProgress } from '../index.ts';

/** The rate is that of about so long ago until now, ms. */
const WINDOW = 30_000;

/** How far the back-fill of a source is: in memory, since a start after a crash goes through the listing again. */
export class Progress {
  readonly #now: () => number;
  #range: { readonly from: number; readonly to: number } | undefined;
  #files = 0;
  #filesDone = 0;
  #records = 0;
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
    const left = this.#files - this.#filesDone;
    const perFile = this.#filesDone > 0 ? this.#records / this.#filesDone : 0;
    const isKnown = this.#done || (this.#listed && rate > 0);
    return {
      ...this.#range,
      files: this.#files,
      filesDone: this.#filesDone,
      listed: this.#listed,
      records: this.#records,
      rate: this.#done ? 0 : rate,
      ...(isKnown && { remaining: this.#done ? 0 : Math.round((left * perFile * 1000) / rate) }),
      done: this.#done,
    };
  }

  #start(from: number, to: number): void {
    this.#range = { from, to };
    this.#files = 0;
    this.#filesDone = 0;
    this.#records = 0;
    this.#listed = false;
    this.#done = false;
    this.#marks = [[this.#now(), 0]];
  }
}
