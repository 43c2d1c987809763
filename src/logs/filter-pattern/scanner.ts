import type { Comparator, Operand } from './operand.ts';
import { FilterPatternError } from './pattern-error.ts';

/** Characters that end a value without quotes. */
const BARE = /[^\s(){}[\]"=<>!&|,%]+/y;
const COMPARATOR = /!=|>=|<=|=|>|</y;

/** Reads a pattern from left to right, with errors that name the place. */
export class Scanner {
  readonly #text: string;
  #at = 0;
  #regexes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    this.skipSpace();
    return this.#at >= this.#text.length;
  }

  /** @throws FilterPatternError */
  fail(expected: string): never {
    const found = this.#text[this.#at];
    const place = found === undefined ? 'the end' : `"${found}" at character ${this.#at + 1}`;
    throw new FilterPatternError(`expected ${expected}, found ${place}`);
  }

  skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  /** Takes `token` if it stands here (after space). */
  take(token: string): boolean {
    this.skipSpace();
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  /** Takes a word, whatever its case, if it stands here whole. */
  takeWord(word: string): boolean {
    this.skipSpace();
    const found = this.#text.slice(this.#at, this.#at + word.length);
    if (found.toUpperCase() !== word || /[\w.-]/.test(this.#text[this.#at + word.length] ?? '')) return false;
    this.#at += word.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) this.fail(`"${token}"`);
  }

  /** Takes what `pattern` (sticky) finds exactly here, without space before it. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  comparator(): Comparator | undefined {
    this.skipSpace();
    return this.match(COMPARATOR) as Comparator | undefined;
  }

  /** A value: quoted, a regular expression between `%`, or bare. */
  operand(): Operand {
    this.skipSpace();
    const first = this.#text[this.#at];
    if (first === '"') return { kind: 'quoted', text: this.quoted() };
    if (first === '%') return { kind: 'regex', text: this.regex() };
    const text = this.match(BARE);
    return text === undefined ? this.fail('a value') : { kind: 'bare', text };
  }

  /** The text of a quoted value; `\"` and `\\` stand for the second character. */
  quoted(): string {
    const start = this.#at++;
    let text = '';
    for (;;) {
      const char = this.#text[this.#at++];
      if (char === undefined) {
        this.#at = start;
        this.fail('a closing quotation mark after the opening one');
      }
      if (char === '"') return text;
      const next = this.#text[this.#at];
      if (char === '\\' && (next === '"' || next === '\\')) {
        text += next;
        this.#at++;
      } else text += char;
    }
  }

  /** The source of a regular expression; a pattern may hold two, as on AWS. */
  regex(): string {
    const end = this.#text.indexOf('%', this.#at + 1);
    if (end === -1) this.fail('a closing % after the opening one');
    if (++this.#regexes > 2) throw new FilterPatternError('a pattern holds at most two regular expressions');
    const source = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return source;
  }
}
