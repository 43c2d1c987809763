import type { IdMemory } from './id-memory.ts';
import { checksumOf, compareMarks, copyMark, countMarks, keyOf, MARK_BYTES, placeOf } from './marks.ts';

/** What a block's marks came to. */
export interface TakenMarks {
  readonly kept: number;
  /** Known before: from another commit, from this one, or from the same block. */
  readonly duplicates: number;
  /** Of these: with other bytes. */
  readonly variants: number;
}

/** Fewer marks are looked up one by one. */
const FEW = 8;

/** The marks of one commit, as far as they are new. */
export class NewMarks {
  readonly #ids: IdMemory;
  readonly #blocks: Buffer[] = [];

  constructor(ids: IdMemory) {
    this.#ids = ids;
  }

  /** Of each block those that are new, in order. */
  get blocks(): readonly Buffer[] {
    return this.#blocks;
  }

  /** Takes what is new of a block's marks (see `MarkWriter.finish`); `drop` is told the places of the other records. */
  take(marks: Buffer, drop: (place: number) => void): TakenMarks {
    const count = countMarks(marks);
    // Mostly nobody has seen anything of the time of a block, and nothing need be looked up for it.
    const others = this.#blocks.filter((block) => overlap(block, marks)).map((block) => new Finder(block));
    const mayBeKnown = count <= FEW || this.#ids.hasBetween(keyOf(marks, 0), keyOf(marks, count - 1));
    let kept = 0;
    let variants = 0;
    for (let mark = 0; mark < count; mark++) {
      const known =
        checksumBefore(marks, kept, mark) ??
        checksumAmong(others, marks, mark) ??
        (mayBeKnown ? this.#ids.get(keyOf(marks, mark)) : undefined);
      if (known === undefined) {
        if (kept < mark) copyMark(marks, mark, marks, kept);
        kept++;
        continue;
      }
      if (!known.equals(checksumOf(marks, mark))) variants++;
      drop(placeOf(marks, mark));
    }
    if (kept > 0) this.#blocks.push(marks.subarray(0, kept * MARK_BYTES));
    return { kept, duplicates: count - kept, variants };
  }
}

/** The checksum of the kept mark before this one, if they are of the same event. */
function checksumBefore(marks: Buffer, kept: number, mark: number): Buffer | undefined {
  return kept > 0 && compareMarks(marks, kept - 1, marks, mark) === 0
    ? checksumOf(marks, kept - 1)
    : undefined;
}

function checksumAmong(others: readonly Finder[], marks: Buffer, mark: number): Buffer | undefined {
  for (const other of others) {
    const found = other.find(marks, mark);
    if (found) return found;
  }
  return undefined;
}

function overlap(some: Buffer, others: Buffer): boolean {
  return (
    compareMarks(some, 0, others, countMarks(others) - 1) <= 0 &&
    compareMarks(others, 0, some, countMarks(some) - 1) <= 0
  );
}

/** Finds marks among others in order; what is looked for comes in order, too. */
class Finder {
  readonly #marks: Buffer;
  #at = 0;

  constructor(marks: Buffer) {
    this.#marks = marks;
  }

  find(marks: Buffer, mark: number): Buffer | undefined {
    const count = countMarks(this.#marks);
    while (this.#at < count) {
      const order = compareMarks(this.#marks, this.#at, marks, mark);
      if (order === 0) return checksumOf(this.#marks, this.#at);
      if (order > 0) return undefined;
      this.#at++;
    }
    return undefined;
  }
}
