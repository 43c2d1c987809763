/** A set of ASCII characters, and whether everything beyond ASCII is in it. */
export class CharSet {
  readonly #ascii = new Uint8Array(128);
  #beyond = false;

  add(code: number): this {
    if (code < 128) this.#ascii[code] = 1;
    return this;
  }

  addRange(from: number, to: number): this {
    for (let code = from; code <= to; code++) this.add(code);
    return this;
  }

  addAll(other: CharSet): this {
    for (let code = 0; code < 128; code++) if (other.has(code)) this.add(code);
    this.#beyond ||= other.#beyond;
    return this;
  }

  has(code: number): boolean {
    return code < 128 ? this.#ascii[code] === 1 : this.#beyond;
  }

  negated(): CharSet {
    const set = new CharSet();
    for (let code = 0; code < 128; code++) if (!this.has(code)) set.add(code);
    set.#beyond = !this.#beyond;
    return set;
  }
}

const code = (char: string) => char.charCodeAt(0);
const digits = new CharSet().addRange(code('0'), code('9'));
const word = new CharSet()
  .addAll(digits)
  .addRange(code('a'), code('z'))
  .addRange(code('A'), code('Z'))
  .add(code('_'));
const space = new CharSet().addRange(9, 13).add(32);

/** What a letter after a backslash stands for. */
export const CLASSES: ReadonlyMap<string, CharSet> = new Map([
  ['d', digits],
  ['D', digits.negated()],
  ['w', word],
  ['W', word.negated()],
  ['s', space],
  ['S', space.negated()],
]);

/** What `.` stands for: everything but a line's end. */
export const ANY: CharSet = new CharSet().add(10).add(13).negated();
