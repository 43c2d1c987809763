import type { LookupCursor } from './event-store.ts';

const FIRST = 3_600_000;
const SHORTEST = 1_000;

/** What to cut: milliseconds, both inclusive. */
interface Range {
  readonly start: number;
  readonly end: number;
  readonly order: 'ascending' | 'descending';
  readonly after?: LookupCursor | undefined;
}

/**
 * Cuts a time range into slices of about as many events as a page or a few have, from where a scan begins. Without
 * them each page would look at everything that is still to come, and a scan would cost the square of its length.
 */
export class TimeSlices {
  readonly #order: Range['order'];
  #start: number;
  #end: number;
  #length = FIRST;

  constructor({ start, end, order, after }: Range) {
    this.#order = order;
    this.#start = order === 'ascending' && after ? Math.max(start, after.time) : start;
    this.#end = order === 'descending' && after ? Math.min(end, after.time) : end;
  }

  /** The next slice, both ends inclusive; undefined at the end. */
  next(): { readonly start: number; readonly end: number } | undefined {
    if (this.#start > this.#end) return undefined;
    if (this.#order === 'ascending') {
      const slice = { start: this.#start, end: Math.min(this.#end, this.#start + this.#length - 1) };
      this.#start = slice.end + 1;
      return slice;
    }
    const slice = { start: Math.max(this.#start, this.#end - this.#length + 1), end: this.#end };
    this.#end = slice.start - 1;
    return slice;
  }

  /** Tells how many events the last slice had, so that the next one has about as many as a page. */
  met(events: number, page: number): void {
    if (events < page / 2) this.#length *= 4;
    else if (events > 4 * page) this.#length = Math.max(SHORTEST, this.#length / 2);
  }
}
