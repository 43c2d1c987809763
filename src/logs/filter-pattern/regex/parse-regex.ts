import { FilterPatternError } from '../pattern-error.ts';
import { ANY, CharSet, CLASSES } from './char-set.ts';

/** One step of a sequence: characters and how often, or an anchor. */
export type RegexStep =
  | { readonly kind: 'chars'; readonly set: CharSet; readonly min: number; readonly max: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' };

/** A regular expression: alternatives, each a sequence. There are no groups in CloudWatch Logs' language. */
export type RegexTree = readonly (readonly RegexStep[])[];

/** Letters, digits and these stand for themselves. */
const PLAIN = /^[A-Za-z0-9:_#=@/;,\- "'<>&~`]$/;
const MAX_REPEAT = 100;

/**
 * Reads the text between two `%`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
 * @throws FilterPatternError
 */
export function parseRegex(source: string): RegexTree {
  let at = 0;

  function fail(what: string): never {
    throw new FilterPatternError(`${what} in the regular expression %${source}%`);
  }

  function escaped(): CharSet {
    const char = source[at++] ?? fail('nothing follows the last backslash');
    const named = CLASSES.get(char);
    if (named) return named;
    if (char === 'x') {
      const hex = /^[0-9a-fA-F]{2}/.exec(source.slice(at))?.[0] ?? fail('\\x needs two hexadecimal digits');
      at += 2;
      return new CharSet().add(Number.parseInt(hex, 16));
    }
    if (/[A-Za-z0-9]/.test(char)) fail(`\\${char} means nothing`);
    return new CharSet().add(char.charCodeAt(0));
  }

  function classOf(): CharSet {
    const set = new CharSet();
    const isNegated = source[at] === '^';
    if (isNegated) at++;
    let members = 0;
    while (source[at] !== ']') {
      const char = source[at++] ?? fail('a [ is not closed');
      members++;
      if (char === '\\') {
        set.addAll(escaped());
        continue;
      }
      const to = source[at] === '-' && source[at + 1] !== ']' ? source[at + 1] : undefined;
      if (to === undefined) {
        set.add(char.charCodeAt(0));
        continue;
      }
      if (to === '\\' || to < char) fail(`the range ${char}-${to} is not in order`);
      set.addRange(char.charCodeAt(0), to.charCodeAt(0));
      at += 2;
    }
    at++;
    if (members === 0) fail('a [] holds nothing');
    return isNegated ? set.negated() : set;
  }

  function repeat(): readonly [min: number, max: number] {
    switch (source[at]) {
      case '?':
        at++;
        return [0, 1];
      case '*':
        at++;
        return [0, Number.POSITIVE_INFINITY];
      case '+':
        at++;
        return [1, Number.POSITIVE_INFINITY];
      case '{': {
        const found =
          /^\{(\d{1,4})(,\s?(\d{0,4}))?\}/.exec(source.slice(at)) ?? fail('a {m,n} is not complete');
        at += found[0].length;
        const min = Number(found[1]);
        const max = found[2] === undefined ? min : found[3] ? Number(found[3]) : Number.POSITIVE_INFINITY;
        if (max < min || min > MAX_REPEAT || (Number.isFinite(max) && max > MAX_REPEAT))
          fail(`repetitions go from 0 to ${MAX_REPEAT}, and not`);
        return [min, max];
      }
      default:
        return [1, 1];
    }
  }

  function set(char: string): CharSet {
    if (char === '.') return ANY;
    if (char === '\\') return escaped();
    if (char === '[') return classOf();
    if (!PLAIN.test(char)) fail(`"${char}" is not allowed`);
    return new CharSet().add(char.charCodeAt(0));
  }

  const alternatives: RegexStep[][] = [[]];
  while (at < source.length) {
    const char = source[at++]!;
    const sequence = alternatives.at(-1)!;
    if (char === '|') alternatives.push([]);
    else if (char === '^') sequence.push({ kind: 'start' });
    else if (char === '$') sequence.push({ kind: 'end' });
    else {
      const chars = set(char);
      const [min, max] = repeat();
      sequence.push({ kind: 'chars', set: chars, min, max });
    }
  }
  if (source === '') fail('nothing stands');
  return alternatives;
}
