import { crc32 } from 'node:zlib';
import { KEY_BYTES, writeRecordKey } from './record-key.ts';

/** What the log remembers of each record: its key and the CRC-32 of its bytes. */
export const MARK_BYTES = KEY_BYTES + 4;

/** Marks of a block's records, one after the other. */
export class MarkWriter {
  #bytes = Buffer.from(new ArrayBuffer(64 * MARK_BYTES));
  #count = 0;

  add(eventId: string, time: number | undefined, raw: Buffer): void {
    const at = this.#count++ * MARK_BYTES;
    if (at === this.#bytes.length) {
      const larger = Buffer.from(new ArrayBuffer(at * 2));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    writeRecordKey(eventId, time, this.#bytes, at);
    this.#bytes.writeUInt32LE(crc32(raw), at + KEY_BYTES);
  }

  /** The start of memory of its own: it is handed to another thread. */
  finish(): Buffer<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#count * MARK_BYTES);
  }
}
