import { findField, nearestField } from './field-names.ts';
import { plainText } from './pattern.ts';
import type { Field, Query, Test } from './query.ts';
import { QueryError } from './query-error.ts';
import { readPattern, readRange, readTest } from './read-value.ts';
import { Scanner, type Word } from './scanner.ts';

const MAX_DEPTH = 32;
const MAX_TESTS = 100;

/**
 * Reads a search:
 *
 *     source:iam.amazonaws.com @userIdentity.arn:*admin* -error:* (tag:x OR #y) "free text" ip:10.0.0.0/8 @n:>=5
 *
 * Words side by side must all fit; AND binds tighter than OR; NOT, `-` and `!` turn around what follows. An empty search
 * is everything. Linear in the length of the text, which is bounded, as are depth and number of tests.
 * @throws QueryError
 */
export function parseQuery(text: string): Query {
  return new Parser(text).parse();
}

class Parser {
  readonly #scanner: Scanner;
  #tests = 0;

  constructor(text: string) {
    this.#scanner = new Scanner(text);
  }

  parse(): Query {
    this.#scanner.skipSpace();
    if (this.#scanner.peek() === '') return { kind: 'all' };
    const query = this.#alternatives(0);
    if (this.#scanner.peek() === ')') {
      throw new QueryError(this.#scanner.at, 'a parenthesis is closed that was not opened', 'remove it');
    }
    return query;
  }

  #alternatives(depth: number): Query {
    const parts = [this.#all(depth)];
    while (this.#takeOperator('OR', '||')) parts.push(this.#all(depth));
    return parts.length === 1 && parts[0] ? parts[0] : { kind: 'or', parts };
  }

  #all(depth: number): Query {
    const parts: Query[] = [this.#one(depth)];
    for (;;) {
      this.#scanner.skipSpace();
      if (this.#takeOperator('AND', '&&')) {
        parts.push(this.#one(depth));
        continue;
      }
      const next = this.#scanner.peek();
      if (next === '' || next === ')' || this.#isAtOr()) break;
      parts.push(this.#one(depth));
    }
    return parts.length === 1 && parts[0] ? parts[0] : { kind: 'and', parts };
  }

  #one(depth: number): Query {
    const scanner = this.#scanner;
    scanner.skipSpace();
    const at = scanner.at;
    if (depth > MAX_DEPTH) throw new QueryError(at, `more than ${MAX_DEPTH} levels`, 'write it flatter');
    if (scanner.takeKeyword('NOT') || scanner.take('-') || scanner.take('!')) {
      return { kind: 'not', part: this.#one(depth + 1) };
    }
    if (scanner.take('(')) {
      const query = this.#alternatives(depth + 1);
      this.#mustClose(at);
      return query;
    }
    if (scanner.peek() === '' || scanner.peek() === ')' || this.#isAtOr() || scanner.takeKeyword('AND')) {
      throw new QueryError(at, 'something to search for is missing', 'write a word or field:value here');
    }
    if (scanner.take('#')) {
      return this.#test(
        { kind: 'named', name: 'tag' },
        readTest({ kind: 'named', name: 'tag' }, scanner.mustTakeWord()),
        at,
      );
    }
    if (scanner.take('@')) return this.#tested({ kind: 'path', names: scanner.mustTakePath() }, depth);
    // An ARN as people paste it is no field `arn`.
    const name = /^arn:aws[:-]/i.test(scanner.text.slice(at, at + 8)) ? undefined : scanner.takeFieldName();
    if (name === undefined) return this.#free(scanner.mustTakeWord(), at);
    const field = findField(name);
    if (!field) throw unknownField(name, at);
    return this.#tested(field, depth);
  }

  /** What follows `field:`. */
  #tested(field: Field, depth: number): Query {
    const scanner = this.#scanner;
    const at = scanner.at;
    if (scanner.take('(')) {
      if (depth >= MAX_DEPTH) throw new QueryError(at, `more than ${MAX_DEPTH} levels`, 'write it flatter');
      const parts: Query[] = [];
      do {
        scanner.skipSpace();
        if (scanner.peek() === ')' || scanner.peek() === '') {
          throw new QueryError(scanner.at, 'a value is missing', 'write field:(one OR other)');
        }
        parts.push(this.#valued(field, scanner.at));
        scanner.skipSpace();
      } while (
        scanner.takeKeyword('OR') ||
        scanner.take('||') ||
        (scanner.peek() !== ')' && scanner.peek() !== '')
      );
      this.#mustClose(at);
      return parts.length === 1 && parts[0] ? parts[0] : { kind: 'or', parts };
    }
    for (const [sign, low, inclusive] of COMPARISONS) {
      if (!scanner.take(sign)) continue;
      scanner.skipSpace();
      const end = { word: scanner.mustTakeWord(), inclusive };
      return this.#test(field, low ? readRange(field, end, undefined) : readRange(field, undefined, end), at);
    }
    if (scanner.peek() === '[' || scanner.peek() === '{') return this.#test(field, this.#range(field), at);
    return this.#valued(field, at);
  }

  #valued(field: Field, at: number): Query {
    const word = this.#scanner.mustTakeWord();
    const test = readTest(field, word);
    const plain = test.kind === 'text' ? plainText(test.pattern) : undefined;
    if (field.kind !== 'named' || plain === undefined) return this.#test(field, test, at);
    // `source:iam` is how people say it.
    if (field.name === 'source' && !plain.includes('.')) {
      const whole: Test = { kind: 'text', pattern: [{ kind: 'text', text: `${plain}.amazonaws.com` }] };
      return { kind: 'or', parts: [this.#test(field, test, at), this.#test(field, whole, at)] };
    }
    if (field.name === 'tag' && plain.startsWith('#') && plain.length > 1) {
      return this.#test(field, { kind: 'text', pattern: [{ kind: 'text', text: plain.slice(1) }] }, at);
    }
    return this.#test(field, test, at);
  }

  #range(field: Field): Test {
    const scanner = this.#scanner;
    const start = scanner.at;
    const lowInclusive = scanner.take('[');
    if (!lowInclusive) scanner.take('{');
    const low = this.#bound(start);
    scanner.skipSpace();
    if (!scanner.takeKeyword('TO')) throw badRange(scanner.at);
    const high = this.#bound(start);
    scanner.skipSpace();
    const highInclusive = scanner.take(']');
    if (!highInclusive && !scanner.take('}')) throw badRange(scanner.at);
    return readRange(
      field,
      low && { word: low, inclusive: lowInclusive },
      high && { word: high, inclusive: highInclusive },
    );
  }

  #bound(start: number): Word | undefined {
    this.#scanner.skipSpace();
    if (this.#scanner.peek() === '') throw badRange(start);
    const word = this.#scanner.mustTakeWord(']}');
    return word.parts.length === 1 && word.parts[0]?.kind === 'any' ? undefined : word;
  }

  #free(word: Word, at: number): Query {
    const pattern = readPattern(word.parts);
    if (pattern.length === 0) throw new QueryError(at, 'an empty text', 'write what to search for');
    if (pattern.every(({ kind }) => kind === 'any')) return { kind: 'all' };
    return this.#test({ kind: 'raw' }, { kind: 'text', pattern }, at);
  }

  #test(field: Field, test: Test, at: number): Query {
    if (++this.#tests > MAX_TESTS) {
      throw new QueryError(at, `more than ${MAX_TESTS} conditions`, 'search twice, or use wildcards');
    }
    return { kind: 'test', field, test };
  }

  #takeOperator(word: string, sign: string): boolean {
    this.#scanner.skipSpace();
    return this.#scanner.takeKeyword(word) || this.#scanner.take(sign);
  }

  #isAtOr(): boolean {
    const { text, at } = this.#scanner;
    return text.startsWith('||', at) || /^OR(?:[\s()]|$)/.test(text.slice(at, at + 3));
  }

  #mustClose(opened: number): void {
    this.#scanner.skipSpace();
    if (!this.#scanner.take(')')) {
      throw new QueryError(opened, 'a parenthesis is never closed', 'write ) where the group ends');
    }
  }
}

/** Sign, whether it is a lower end, whether the value itself belongs to it. */
const COMPARISONS = [
  ['>=', true, true],
  ['>', true, false],
  ['<=', false, true],
  ['<', false, false],
] as const;

function badRange(at: number): QueryError {
  return new QueryError(at, 'not a range', 'write [1 TO 5], {1 TO 5} without the ends, [1 TO *]');
}

function unknownField(name: string, at: number): QueryError {
  const near = nearestField(name);
  return new QueryError(
    at,
    `there is no field ${JSON.stringify(name.slice(0, 40))}`,
    `${near === undefined ? '' : `did you mean ${near}? `}for a member of the record write @${name.slice(0, 40)}:…, for a text with a colon put it in quotes`,
  );
}
