import { Bytes } from './bytes.ts';

/**
 * One column of a block in ClickHouse's Native format: values are added one after the other, then written at once.
 * Format: https://clickhouse.com/docs/interfaces/formats/Native
 */
export interface NativeColumn {
  /** The type as the block names it; the engine converts it to the table's. */
  readonly type: string;
  /** Bytes that `write` will write. */
  size(): number;
  /** Answers the place behind what was written. */
  write(into: Buffer, at: number): number;
  /** As new; memory is kept for the next block. */
  clear(): void;
}

/** Whole numbers up to 2^53. */
export class UInt64Column implements NativeColumn {
  readonly type = 'UInt64';
  readonly #bytes = new Bytes();

  add(value: number): void {
    this.addHalves(Math.floor(value / 2 ** 32), value % 2 ** 32);
  }

  addHalves(high: number, low: number): void {
    this.#bytes.uint32(low);
    this.#bytes.uint32(high);
  }

  size(): number {
    return this.#bytes.length;
  }

  write(into: Buffer, at: number): number {
    return this.#bytes.write(into, at);
  }

  clear(): void {
    this.#bytes.clear();
  }
}

export class UInt32Column implements NativeColumn {
  readonly type = 'UInt32';
  readonly #bytes = new Bytes();

  add(value: number): void {
    this.#bytes.uint32(value);
  }

  size(): number {
    return this.#bytes.length;
  }

  write(into: Buffer, at: number): number {
    return this.#bytes.write(into, at);
  }

  clear(): void {
    this.#bytes.clear();
  }
}

/** The same byte for every row. */
export class FlagColumn implements NativeColumn {
  readonly type = 'UInt8';
  readonly #value: number;
  #rows = 0;

  constructor(value: 0 | 1) {
    this.#value = value;
  }

  add(): void {
    this.#rows++;
  }

  size(): number {
    return this.#rows;
  }

  write(into: Buffer, at: number): number {
    into.fill(this.#value, at, at + this.#rows);
    return at + this.#rows;
  }

  clear(): void {
    this.#rows = 0;
  }
}

/** Text of which little repeats. */
export class StringColumn implements NativeColumn {
  readonly type = 'String';
  readonly #bytes = new Bytes();

  add(text: string): void {
    this.#bytes.string(text);
  }

  size(): number {
    return this.#bytes.length;
  }

  write(into: Buffer, at: number): number {
    return this.#bytes.write(into, at);
  }

  clear(): void {
    this.#bytes.clear();
  }
}

/** Long values, which are copied only when the block is written. */
export class BlobColumn implements NativeColumn {
  readonly type = 'String';
  readonly #lengths = new Bytes();
  readonly #values: Buffer[] = [];
  #size = 0;

  add(value: Buffer): void {
    const before = this.#lengths.length;
    this.#lengths.varint(value.length);
    this.#values.push(value);
    this.#size += value.length + this.#lengths.length - before;
  }

  size(): number {
    return this.#size;
  }

  write(into: Buffer, at: number): number {
    let end = at;
    let read = 0;
    for (const value of this.#values) {
      for (;;) {
        const byte = this.#lengths.at(read++);
        into[end++] = byte;
        if (byte < 128) break;
      }
      end += value.copy(into, end);
    }
    return end;
  }

  clear(): void {
    this.#lengths.clear();
    this.#values.length = 0;
    this.#size = 0;
  }
}

/** Text of which most repeats: each different value once, and numbers. */
export class DictionaryColumn implements NativeColumn {
  readonly type = 'LowCardinality(String)';
  readonly #numbers = new Map<string, number>();
  readonly #keys = new Bytes();
  #rows = new Uint32Array(64);
  #count = 0;
  #last: string | undefined;
  #lastNumber = 0;

  add(text: string): void {
    if (this.#count === this.#rows.length) {
      const larger = new Uint32Array(this.#count * 2);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    this.#rows[this.#count++] = this.#numberOf(text);
  }

  size(): number {
    // Version, form of the numbers, count of values, values, count of rows, numbers.
    return this.#count === 0 ? 8 : 32 + this.#keys.length + this.#count * this.#width();
  }

  write(into: Buffer, at: number): number {
    let end = writeUInt64(into, 1, at);
    if (this.#count === 0) return end;
    const width = this.#width();
    // The block brings all its values itself (bits 9 and 10), numbered by bytes of this width.
    end = writeUInt64(into, 0x600 + (width === 1 ? 0 : width === 2 ? 1 : 2), end);
    end = writeUInt64(into, this.#numbers.size, end);
    end = this.#keys.write(into, end);
    end = writeUInt64(into, this.#count, end);
    for (let row = 0; row < this.#count; row++) {
      const number = this.#rows[row]!;
      if (width === 1) into[end++] = number;
      else end = width === 2 ? into.writeUInt16LE(number, end) : into.writeUInt32LE(number, end);
    }
    return end;
  }

  clear(): void {
    this.#numbers.clear();
    this.#keys.clear();
    this.#count = 0;
    this.#last = undefined;
  }

  #numberOf(text: string): number {
    if (text === this.#last) return this.#lastNumber;
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(text, number);
      this.#keys.string(text);
    }
    this.#last = text;
    this.#lastNumber = number;
    return number;
  }

  #width(): 1 | 2 | 4 {
    const { size } = this.#numbers;
    return size <= 256 ? 1 : size <= 65_536 ? 2 : 4;
  }
}

/** Lists of text. */
export class ListColumn implements NativeColumn {
  readonly type = 'Array(String)';
  readonly #ends = new UInt64Column();
  readonly #entries = new StringColumn();
  #count = 0;

  add(list: readonly string[]): void {
    for (const text of list) this.#entries.add(text);
    this.#count += list.length;
    this.#ends.add(this.#count);
  }

  size(): number {
    return this.#ends.size() + this.#entries.size();
  }

  write(into: Buffer, at: number): number {
    return this.#entries.write(into, this.#ends.write(into, at));
  }

  clear(): void {
    this.#ends.clear();
    this.#entries.clear();
    this.#count = 0;
  }
}

/** Text by name. */
export class MapColumn implements NativeColumn {
  readonly type = 'Map(String, String)';
  readonly #ends = new UInt64Column();
  readonly #names = new StringColumn();
  readonly #values = new StringColumn();
  #count = 0;

  add(entries: Iterable<readonly [string, string]>): void {
    for (const [name, value] of entries) {
      this.#names.add(name);
      this.#values.add(value);
      this.#count++;
    }
    this.#ends.add(this.#count);
  }

  size(): number {
    return this.#ends.size() + this.#names.size() + this.#values.size();
  }

  write(into: Buffer, at: number): number {
    return this.#values.write(into, this.#names.write(into, this.#ends.write(into, at)));
  }

  clear(): void {
    this.#ends.clear();
    this.#names.clear();
    this.#values.clear();
    this.#count = 0;
  }
}

function writeUInt64(into: Buffer, value: number, at: number): number {
  into.writeUInt32LE(value % 2 ** 32, at);
  return into.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4);
}
