/** Up to here a length is one byte, and a loop over the characters is faster than a call into native code. */
const SHORT = 128;

/** More than this is not kept from one block to the next. */
const MOST_KEPT = 1 << 20;

/** Bytes that grow, with the few forms that ClickHouse's binary formats are made of. */
export class Bytes {
  #buffer = Buffer.allocUnsafe(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  at(place: number): number {
    return this.#buffer[place]!;
  }

  uint32(value: number): void {
    this.#reserve(4);
    const buffer = this.#buffer;
    let at = this.#length;
    buffer[at++] = value;
    buffer[at++] = value >>> 8;
    buffer[at++] = value >>> 16;
    buffer[at++] = value >>> 24;
    this.#length = at;
  }

  /** LEB128, up to 2^31. */
  varint(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest > 127) {
      this.#buffer[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#buffer[this.#length++] = rest;
  }

  /** Its length in UTF-8, then its bytes. */
  string(text: string): void {
    if (text.length < SHORT && this.#ascii(text)) return;
    const bytes = Buffer.byteLength(text);
    this.varint(bytes);
    this.#reserve(bytes);
    this.#length += this.#buffer.write(text, this.#length);
  }

  clear(): void {
    this.#length = 0;
    if (this.#buffer.length > MOST_KEPT) this.#buffer = Buffer.allocUnsafe(1024);
  }

  /** Copies everything; answers the place behind it. */
  write(into: Buffer, at: number): number {
    this.#buffer.copy(into, at, 0, this.#length);
    return at + this.#length;
  }

  /** False: nothing was written. */
  #ascii(text: string): boolean {
    const { length } = text;
    this.#reserve(length + 1);
    const buffer = this.#buffer;
    const start = this.#length + 1;
    for (let at = 0; at < length; at++) {
      const unit = text.charCodeAt(at);
      if (unit > 127) return false;
      buffer[start + at] = unit;
    }
    buffer[this.#length] = length;
    this.#length = start + length;
    return true;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
