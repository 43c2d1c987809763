import type { FilterPattern } from '../filter-pattern.ts';
import { FilterPatternError } from '../pattern-error.ts';
import { compileRegex } from '../regex/compile-regex.ts';
import { Scanner } from '../scanner.ts';

type Contains = (text: string) => boolean;

/**
 * Compiles words: `a b` both, `?a ?b` either, `-a` not; quoted for other characters than letters, digits and
 * underscore; `%…%` a regular expression. A word is found inside longer ones too. Words with `?` count only where
 * there are no others, as AWS says: `?a b` is `b`.
 * @throws FilterPatternError
 */
export function compileTermPattern(text: string): FilterPattern {
  const scanner = new Scanner(text);
  const included: Contains[] = [];
  const excluded: Contains[] = [];
  const optional: Contains[] = [];
  while (!scanner.isAtEnd) {
    const target = scanner.take('?') ? optional : scanner.take('-') ? excluded : included;
    target.push(readTerm(scanner));
  }
  const isOptional = included.length === 0 && excluded.length === 0;
  const wanted = (line: string) =>
    isOptional ? optional.some((contains) => contains(line)) : included.every((contains) => contains(line));
  return {
    kind: 'terms',
    matches: ({ text: line }) => wanted(line) && !excluded.some((contains) => contains(line)),
    extract: () => new Map(),
  };
}

function readTerm(scanner: Scanner): Contains {
  if (scanner.match(/(?=%)/y) !== undefined) return compileRegex(scanner.regex());
  if (scanner.match(/(?=")/y) !== undefined) {
    const phrase = scanner.quoted();
    return (line) => line.includes(phrase);
  }
  const word = scanner.match(/[^\s"]+/y) ?? scanner.fail('a word');
  if (!/^[\p{L}\p{N}_]+$/u.test(word))
    throw new FilterPatternError(`Invalid character(s) in term '${word.slice(0, 100)}'`);
  return (line) => line.includes(word);
}
