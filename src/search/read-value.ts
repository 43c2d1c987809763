import { readMoment } from './moment.ts';
import { readNetwork } from './network.ts';
import { lowerAscii, type Pattern, type PatternPart, plainText } from './pattern.ts';
import type { Bound, Field, Test } from './query.ts';
import { QueryError } from './query-error.ts';
import type { Word } from './scanner.ts';

/** The test that a value means for a field. @throws QueryError */
export function readTest(field: Field, word: Word): Test {
  const text = word.parts
    .map((part) => (part.kind === 'text' ? part.text : part.kind === 'any' ? '*' : '?'))
    .join('');
  if (field.kind === 'time' || field.kind === 'arrived') {
    if (text === '*') return { kind: 'exists' };
    const span = mustReadMoment(text, word.at);
    return { kind: 'between', from: span.from, to: span.to };
  }
  const pattern = readPattern(word.parts);
  if (pattern.length === 0) {
    throw new QueryError(word.at, 'an empty value', 'to find events without the field write -field:*');
  }
  if (pattern.length === 1 && pattern[0]?.kind === 'any') return { kind: 'exists' };
  const network = mayBeNetwork(field) && !word.quoted ? readNetwork(text) : undefined;
  return network ? { kind: 'network', network } : { kind: 'text', pattern };
}

/** The test of a range: `[1 TO 5]`, `>=1`. `undefined` stands for an open end. @throws QueryError */
export function readRange(
  field: Field,
  low: { readonly word: Word; readonly inclusive: boolean } | undefined,
  high: { readonly word: Word; readonly inclusive: boolean } | undefined,
): Test {
  if (field.kind === 'time' || field.kind === 'arrived') {
    const from = low && mustReadMoment(textOf(low.word), low.word.at);
    const to = high && mustReadMoment(textOf(high.word), high.word.at);
    return {
      kind: 'between',
      from: from ? (low?.inclusive ? from.from : from.to + 1) : 0,
      to: to ? (high?.inclusive ? to.to : to.from - 1) : LAST_TIME,
    };
  }
  return {
    kind: 'range',
    ...(low && { low: readBound(low.word, low.inclusive) }),
    ...(high && { high: readBound(high.word, high.inclusive) }),
  };
}

/** The last moment that a date can have. */
const LAST_TIME = 8_640_000_000_000_000;

/** Lower case, neighbours joined, `**` as `*`. */
export function readPattern(parts: readonly PatternPart[]): Pattern {
  const pattern: PatternPart[] = [];
  for (const part of parts) {
    const last = pattern.at(-1);
    if (part.kind === 'text') {
      if (part.text === '') continue;
      const text = lowerAscii(part.text);
      if (last?.kind === 'text') pattern[pattern.length - 1] = { kind: 'text', text: last.text + text };
      else pattern.push({ kind: 'text', text });
    } else if (!(part.kind === 'any' && last?.kind === 'any')) {
      pattern.push(part);
    }
  }
  return pattern;
}

function readBound(word: Word, inclusive: boolean): Bound {
  const text = textOf(word);
  if (text === '') throw new QueryError(word.at, 'an empty end of a range', 'write * for an open end');
  return { text: lowerAscii(text), inclusive, ...(isNumber(text) && { number: Number(text) }) };
}

function textOf(word: Word): string {
  const plain = plainText(word.parts);
  if (plain === undefined) {
    throw new QueryError(word.at, 'a wildcard within the end of a range', 'write a number, a text or a time');
  }
  return plain;
}

/** A decimal number, as JSON writes them. The engine's expression is the same. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}
const NUMBER = /^-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?$/;

function mustReadMoment(text: string, at: number) {
  const span = readMoment(text);
  if (!span) {
    throw new QueryError(at, 'not a time', 'write 2026-11-01, 2026-11-01T10:00 or 2026-11-01T10:00:00Z');
  }
  return span;
}

function mayBeNetwork(field: Field): boolean {
  return (
    field.kind === 'path' || field.kind === 'enriched' || (field.kind === 'named' && field.name === 'ip')
  );
}
