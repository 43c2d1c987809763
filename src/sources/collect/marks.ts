import { crc32 } from 'node:zlib';
import { KEY_BYTES, writeRecordKey } from './record-key.ts';

/**
 * A mark of a record: its key, which begins with its time; the CRC-32 of its bytes; and its place in its block, u32. The
 * log remembers the first two.
 */
export const MARK_BYTES = KEY_BYTES + 8;
/** Where the place stands; before it the checksum. */
const PLACE_AT = KEY_BYTES + 4;

/** Marks of a block's records, and then of the next one's. */
export class MarkWriter {
  #bytes = Buffer.allocUnsafeSlow(64 * MARK_BYTES);
  #count = 0;

  add(eventId: string, time: number | undefined, raw: Buffer): void {
    const at = this.#count * MARK_BYTES;
    if (at === this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(at * 2);
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    writeRecordKey(eventId, time, this.#bytes, at);
    this.#bytes.writeUInt32LE(crc32(raw), at + KEY_BYTES);
    this.#bytes.writeUInt32LE(this.#count++, at + PLACE_AT);
  }

  /**
   * One after the other in the order of their keys, and of records with the same key in the order in which they came. In
   * memory of its own: it is handed to another thread.
   */
  finish(): Buffer<ArrayBuffer> {
    const marks = this.#bytes;
    const order = Array.from({ length: this.#count }, (_, mark) => mark);
    // Most stand in order already, or nearly, by their times.
    order.sort((one, other) => compareMarks(marks, one, marks, other));
    const sorted = Buffer.from(new ArrayBuffer(this.#count * MARK_BYTES));
    for (const [at, mark] of order.entries()) copyMark(marks, mark, sorted, at);
    this.#count = 0;
    return sorted;
  }
}

/** How many marks these are. */
export function countMarks(marks: Buffer): number {
  return marks.length / MARK_BYTES;
}

export function keyOf(marks: Buffer, mark: number): Buffer {
  return marks.subarray(mark * MARK_BYTES, mark * MARK_BYTES + KEY_BYTES);
}

export function checksumOf(marks: Buffer, mark: number): Buffer {
  return marks.subarray(mark * MARK_BYTES + KEY_BYTES, mark * MARK_BYTES + PLACE_AT);
}

/** Which record of its block it marks. */
export function placeOf(marks: Buffer, mark: number): number {
  return marks.readUInt32LE(mark * MARK_BYTES + PLACE_AT);
}

/** Seconds since the epoch; 0: the record has no time. */
export function secondsOf(marks: Buffer, mark: number): number {
  return marks.readUInt32BE(mark * MARK_BYTES);
}

export function copyMark(from: Buffer, mark: number, to: Buffer, at: number): void {
  let end = at * MARK_BYTES;
  for (let byte = mark * MARK_BYTES; byte < (mark + 1) * MARK_BYTES; byte++) to[end++] = from[byte]!;
}

/** Below, at or above 0, as keys are ordered. */
export function compareMarks(marks: Buffer, mark: number, others: Buffer, other: number): number {
  const at = mark * MARK_BYTES;
  const otherAt = other * MARK_BYTES;
  for (let byte = 0; byte < KEY_BYTES; byte++) {
    const difference = marks[at + byte]! - others[otherAt + byte]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
