/**
 * ClickHouse's RowBinary, written and read without intermediate objects.
 * Format: https://clickhouse.com/docs/interfaces/formats/RowBinaryWithNamesAndTypes
 * A LowCardinality(String) stands there as a String.
 */

/** A column: its name and its exact ClickHouse type (the server refuses a header that differs from the table). */
export type Column = readonly [name: string, type: string];

/** Up to here the length is one byte, and a loop over the characters is the fastest. */
const SHORT = 64;

/** A growing buffer of RowBinaryWithNamesAndTypes rows. Values are written in the order of the columns. */
export class RowBinaryWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(columns: readonly Column[], capacity: number) {
    this.#buffer = Buffer.allocUnsafe(Math.max(capacity, 4096));
    this.#varint(columns.length);
    for (const [name] of columns) this.string(name);
    for (const [, type] of columns) this.string(type);
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#length = this.#buffer.writeUInt16LE(value, this.#length);
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
  }

  uint64(value: { readonly high: number; readonly low: number }): void {
    this.uint32(value.low);
    this.uint32(value.high);
  }

  /** How many entries of an array or map follow. */
  count(entries: number): void {
    this.#varint(entries);
  }

  string(text: string): void {
    if (text.length < SHORT && this.#ascii(text)) return;
    const bytes = Buffer.byteLength(text);
    this.#varint(bytes);
    this.#reserve(bytes);
    this.#length += this.#buffer.write(text, this.#length);
  }

  bytes(bytes: Buffer): void {
    this.#varint(bytes.length);
    this.#reserve(bytes.length);
    this.#length += bytes.copy(this.#buffer, this.#length);
  }

  /** What was written so far; shares memory with the writer. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Most values are short and plain, and two calls into native code cost more than a loop. False: nothing was written. */
  #ascii(text: string): boolean {
    const { length } = text;
    this.#reserve(length + 1);
    const start = this.#length + 1;
    for (let at = 0; at < length; at++) {
      const unit = text.charCodeAt(at);
      if (unit > 127) return false;
      this.#buffer[start + at] = unit;
    }
    this.#buffer[this.#length] = length;
    this.#length = start + length;
    return true;
  }

  #varint(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest > 127) {
      this.#buffer[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#buffer[this.#length++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** Reads RowBinary values one after the other; throws a RangeError when the bytes end inside a value. */
export class RowBinaryReader {
  readonly #buffer: Buffer;
  #offset = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get done(): boolean {
    return this.#offset >= this.#buffer.length;
  }

  uint8(): number {
    return this.#buffer.readUInt8(this.#move(1));
  }

  uint16(): number {
    return this.#buffer.readUInt16LE(this.#move(2));
  }

  uint32(): number {
    return this.#buffer.readUInt32LE(this.#move(4));
  }

  /** As a decimal text when it may not fit a number exactly. */
  uint64(): bigint {
    return this.#buffer.readBigUInt64LE(this.#move(8));
  }

  /** How many entries of an array or map follow. */
  count(): number {
    return this.#varint();
  }

  string(): string {
    const bytes = this.#varint();
    const start = this.#move(bytes);
    if (start + bytes > this.#buffer.length) throw new RangeError('RowBinary ends inside a string');
    return this.#buffer.toString('utf8', start, start + bytes);
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.uint8();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw new RangeError('RowBinary holds a length of more than five bytes');
  }

  #move(bytes: number): number {
    const start = this.#offset;
    this.#offset += bytes;
    return start;
  }
}
