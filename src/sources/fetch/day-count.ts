import { readCloudTrailKey } from './cloudtrail-key.ts';

/** Tells how many of a folder's days are behind, as its keys go by in their order. Days are days since the epoch. */
export class DayCount {
  readonly #end: number;
  readonly #tell: (days: number) => void;
  #at: number;

  /** From the day `first` to `end`, which is not included. */
  constructor(first: number, end: number, tell: (days: number) => void) {
    this.#at = first;
    this.#end = end;
    this.#tell = tell;
  }

  /** Everything up to this key is dealt with: the days before its own are behind. */
  past(key: string): void {
    this.#to(readCloudTrailKey(key)?.day ?? this.#at);
  }

  /** There is nothing more. */
  finish(): void {
    this.#to(this.#end);
  }

  #to(day: number): void {
    const next = Math.min(day, this.#end);
    if (next <= this.#at) return;
    this.#tell(next - this.#at);
    this.#at = next;
  }
}
