import type { PatternPart } from './pattern.ts';
import { QueryError } from './query-error.ts';

/** A word or quoted text of a search, wildcards apart from plain text. */
export interface Word {
  readonly at: number;
  readonly quoted: boolean;
  readonly parts: readonly PatternPart[];
}

const MAX_CHARACTERS = 4096;

/** Reads a search from left to right, each character once. */
export class Scanner {
  readonly text: string;
  at = 0;

  /** @throws QueryError when the search is too long. */
  constructor(text: string) {
    if (text.length > MAX_CHARACTERS) {
      throw new QueryError(MAX_CHARACTERS, `a search has at most ${MAX_CHARACTERS} characters`, 'shorten it');
    }
    this.text = text;
  }

  skipSpace(): void {
    while (this.at < this.text.length && isSpace(this.text[this.at] ?? '')) this.at++;
  }

  /** The next character, without moving; empty at the end. */
  peek(): string {
    return this.text[this.at] ?? '';
  }

  /** Moves over `text` if it stands here. */
  take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Moves over a word such as `AND` if it stands here alone. */
  takeKeyword(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    const after = this.text[this.at + word.length] ?? ' ';
    if (!isSpace(after) && after !== '(' && after !== ')' && after !== ']' && after !== '}') return false;
    this.at += word.length;
    return true;
  }

  /** The name before a colon, if one stands here: `[A-Za-z_][A-Za-z0-9_.-]*:`. Moves over both. */
  takeFieldName(): string | undefined {
    let end = this.at;
    if (!/[A-Za-z_]/.test(this.text[end] ?? '')) return undefined;
    while (/[\w.-]/.test(this.text[end] ?? '')) end++;
    if (this.text[end] !== ':') return undefined;
    const name = this.text.slice(this.at, end);
    this.at = end + 1;
    return name;
  }

  /**
   * The names of a path up to its colon: `userIdentity.arn:`. A backslash makes a dot or colon part of a name.
   * @throws QueryError
   */
  mustTakePath(): readonly string[] {
    const start = this.at;
    const names = [''];
    for (; ; this.at++) {
      const character = this.peek();
      if (character === ':') break;
      if (
        character === '' ||
        isSpace(character) ||
        character === '(' ||
        character === ')' ||
        character === '"'
      ) {
        throw new QueryError(start, 'a path without a colon', 'write @userIdentity.arn:value');
      }
      if (character === '.') names.push('');
      else if (character === '\\' && this.at + 1 < this.text.length) {
        this.at++;
        names[names.length - 1] += this.peek();
      } else names[names.length - 1] += character;
    }
    this.at++;
    if (names.includes('') || names.length > MAX_NAMES) {
      throw new QueryError(start, 'not a path', `write 1 to ${MAX_NAMES} names with dots between them`);
    }
    return names;
  }

  /** A word or quoted text; `stop` holds further characters that end a word. @throws QueryError */
  mustTakeWord(stop = ''): Word {
    const at = this.at;
    if (this.take('"')) return { at, quoted: true, parts: this.#quoted(at) };
    const parts: PatternPart[] = [];
    let text = '';
    const flush = () => {
      if (text !== '') parts.push({ kind: 'text', text });
      text = '';
    };
    for (; this.at < this.text.length; this.at++) {
      const character = this.peek();
      if (isSpace(character) || '()"'.includes(character) || stop.includes(character)) break;
      if (character === '*' || character === '?') {
        flush();
        parts.push({ kind: character === '*' ? 'any' : 'one' });
      } else if (character === '\\' && this.at + 1 < this.text.length) {
        this.at++;
        text += this.peek();
      } else text += character;
    }
    flush();
    if (parts.length === 0)
      throw new QueryError(at, 'a value is missing', 'write a word, or a text in quotes');
    return { at, quoted: false, parts };
  }

  #quoted(start: number): readonly PatternPart[] {
    let text = '';
    for (; this.at < this.text.length; this.at++) {
      const character = this.peek();
      if (character === '"') {
        this.at++;
        return text === '' ? [] : [{ kind: 'text', text }];
      }
      if (character === '\\' && this.at + 1 < this.text.length) {
        this.at++;
        text += this.peek();
      } else text += character;
    }
    throw new QueryError(start, 'a quote is never closed', 'write another " at the end of the text');
  }
}

const MAX_NAMES = 16;

function isSpace(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}
