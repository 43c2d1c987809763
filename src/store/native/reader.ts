/**
 * Reads blocks that `writeNativeBlock` wrote, column by column, in their order. It knows the columns of this program and
 * no others.
 */
export class NativeBlockReader {
  readonly rows: number;
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
    // How many columns follow is known to whoever reads them.
    this.#varint();
    this.rows = this.#varint();
  }

  /** The place that is read next; after the last column, the end of the block. */
  get place(): number {
    return this.#at;
  }

  uint64(name: string): readonly number[] {
    this.#begin(name, 'UInt64');
    return this.#uint64s();
  }

  /** Where the numbers of such a column stand, eight bytes each. */
  placeOfUInt64(name: string): number {
    this.#begin(name, 'UInt64');
    this.#at += this.rows * 8;
    return this.#at - this.rows * 8;
  }

  uint32(name: string): readonly number[] {
    this.#begin(name, 'UInt32');
    return this.#each(() => this.#uint32());
  }

  /** A view: one byte for each row. */
  flags(name: string): Buffer {
    this.#begin(name, 'UInt8');
    return this.#view(this.rows);
  }

  strings(name: string): readonly string[] {
    this.#begin(name, 'String');
    return this.#each(() => this.#text());
  }

  /** Views. */
  blobs(name: string): readonly Buffer[] {
    this.#begin(name, 'String');
    return this.#each(() => this.#view(this.#varint()));
  }

  dictionary(name: string): readonly string[] {
    this.#begin(name, 'LowCardinality(String)');
    this.#uint64();
    if (this.rows === 0) return [];
    const width = 2 ** (this.#uint64() & 3);
    const keys = this.#each(() => this.#text(), this.#uint64());
    const rows = this.#view(this.#uint64() * width);
    return this.#each((row) => keys[rows.readUIntLE(row * width, width)]!);
  }

  lists(name: string): readonly (readonly string[])[] {
    this.#begin(name, 'Array(String)');
    const ends = this.#uint64s();
    const entries = this.#each(() => this.#text(), ends.at(-1) ?? 0);
    return ends.map((end, row) => entries.slice(ends[row - 1] ?? 0, end));
  }

  maps(name: string): readonly (readonly (readonly [string, string])[])[] {
    this.#begin(name, 'Map(String, String)');
    const ends = this.#uint64s();
    const count = ends.at(-1) ?? 0;
    const names = this.#each(() => this.#text(), count);
    const values = this.#each(() => this.#text(), count);
    return ends.map((end, row) => {
      const start = ends[row - 1] ?? 0;
      return names.slice(start, end).map((name, at) => [name, values[start + at]!] as const);
    });
  }

  /** Goes to the column that must come next. @throws Error when another one does */
  #begin(name: string, type: string): void {
    const [foundName, foundType] = [this.#text(), this.#text()];
    if (foundName !== name || foundType !== type) {
      throw new Error(`a block: expected column ${name} ${type}, found ${foundName} ${foundType}`);
    }
  }

  #each<T>(read: (row: number) => T, count = this.rows): T[] {
    const values: T[] = [];
    for (let row = 0; row < count; row++) values.push(read(row));
    return values;
  }

  #uint64s(): readonly number[] {
    return this.#each(() => this.#uint64());
  }

  #uint64(): number {
    const low = this.#uint32();
    return this.#uint32() * 2 ** 32 + low;
  }

  #uint32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32LE(this.#at - 4);
  }

  #text(): string {
    const length = this.#varint();
    const start = this.#at;
    this.#at += length;
    return this.#bytes.toString('utf8', start, this.#at);
  }

  #view(length: number): Buffer {
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError('a block ends inside a column');
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#at++);
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw new RangeError('a block holds a length of more than five bytes');
  }
}
