const SIZE = 256;
/** No name. */
const NONE = 255;

/** Tells a few known names apart by their bytes, so that no text need be made of those that are met. */
export interface NameTable {
  /** Which name may stand there, by `(mixed * factor >>> 3) & 255` of its bytes; 255: none. */
  readonly slots: Uint8Array;
  readonly factor: number;
}

/** `first`: the number of the first name. @throws Error for names that no factor tells apart */
export function makeNameTable(names: readonly string[], first: number): NameTable {
  for (let factor = 1; factor <= 10_000; factor++) {
    const slots = new Uint8Array(SIZE).fill(NONE);
    const isTaken = names.some((name, number) => {
      const slot = placeOf(Buffer.from(name), factor);
      if (slots[slot] !== NONE) return true;
      slots[slot] = first + number;
      return false;
    });
    if (!isTaken) return { slots, factor };
  }
  throw new Error('names that cannot be told apart');
}

function placeOf(name: Uint8Array, factor: number): number {
  const { length } = name;
  const mixed = length + name[0]! * 31 + name[length - 1]! * 17 + name[Math.max(0, length - 3)]! * 7;
  return (Math.imul(mixed, factor) >>> 3) & (SIZE - 1);
}
