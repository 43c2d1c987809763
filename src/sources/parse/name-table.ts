const SIZE = 256;

/** Finds names among a few known ones by their bytes, without making text of them. */
export class NameTable {
  readonly #names: readonly Uint8Array[];
  /** By length and three bytes; 255: none. */
  readonly #slots = new Uint8Array(SIZE).fill(255);
  #factor = 1;

  /** @throws Error for names that no factor tells apart */
  constructor(names: readonly string[]) {
    this.#names = names.map((name) => Buffer.from(name));
    while (!this.#place()) if (++this.#factor > 10_000) throw new Error('names that cannot be told apart');
  }

  /** The number of the name that stands there, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const number = this.#slots[this.#hash(bytes, start, end)]!;
    if (number === 255) return -1;
    const name = this.#names[number]!;
    if (name.length !== end - start) return -1;
    for (let at = 0; at < name.length; at++) if (name[at] !== bytes[start + at]) return -1;
    return number;
  }

  #hash(bytes: Uint8Array, start: number, end: number): number {
    // A quote stands before every name and a colon somewhere behind: none of these is outside of the bytes.
    const mixed =
      end - start + bytes[start]! * 31 + bytes[end - 1]! * 17 + bytes[Math.max(start, end - 3)]! * 7;
    return (Math.imul(mixed, this.#factor) >>> 3) & (SIZE - 1);
  }

  #place(): boolean {
    this.#slots.fill(255);
    for (const [number, name] of this.#names.entries()) {
      const slot = this.#hash(name, 0, name.length);
      if (this.#slots[slot] !== 255) return false;
      this.#slots[slot] = number;
    }
    return true;
  }
}
