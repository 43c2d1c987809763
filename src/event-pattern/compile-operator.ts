import { matchCidr } from './address.ts';
import { compileAnythingBut } from './anything-but.ts';
import { matchNumeric } from './numeric.ts';
import { EventPatternError } from './pattern-error.ts';
import { isObject, type JsonObject, type Scalar } from './walk.ts';
import { matchWildcard, parseWildcard } from './wildcard.ts';

/** What a match expression such as `{"prefix": "a"}` asks of a field. */
export type Expression =
  | { readonly kind: 'absent' }
  /** `stars` lists the wildcards by their number of `*`, for the limits. */
  | { readonly kind: 'value'; readonly test: (value: Scalar) => boolean; readonly stars?: readonly number[] };

/** Compiles a match expression. @throws EventPatternError */
export function compileExpression(expression: JsonObject, maxNumber: number): Expression {
  const [found, ...others] = Object.entries(expression);
  if (!found) throw new EventPatternError('Match expression name not found');
  const [operator, operand] = found;
  const result = compileOne(operator, operand, maxNumber);
  if (others.length > 0) throw new EventPatternError('Only one key allowed in match expression');
  return result;
}

function compileOne(operator: string, operand: unknown, maxNumber: number): Expression {
  switch (operator) {
    case 'exactly': {
      const text = textOf(operand, 'exact match');
      return ofText((value) => value === text);
    }
    case 'prefix': {
      const { text, fold } = edgeOf(operand, 'prefix');
      return ofText((value) => fold(value).startsWith(text));
    }
    case 'suffix': {
      const { text, fold } = edgeOf(operand, 'suffix');
      return ofText((value) => fold(value).endsWith(text));
    }
    case 'equals-ignore-case': {
      const text = foldCase(textOf(operand, 'equals-ignore-case match'));
      return ofText((value) => foldCase(value) === text);
    }
    case 'wildcard': {
      const parts = parseWildcard(textOf(operand, 'wildcard match'));
      const test = matchWildcard(parts);
      return {
        kind: 'value',
        test: (value) => typeof value === 'string' && test(value),
        stars: [parts.length - 1],
      };
    }
    case 'cidr':
      return ofText(matchCidr(textOf(operand, 'prefix match')));
    case 'numeric': {
      const test = matchNumeric(operand, maxNumber);
      return { kind: 'value', test: (value) => typeof value === 'number' && test(value) };
    }
    case 'exists':
      if (typeof operand !== 'boolean')
        throw new EventPatternError('exists match pattern must be either true or false.');
      return operand ? { kind: 'value', test: () => true } : { kind: 'absent' };
    case 'anything-but': {
      const { test, stars } = compileAnythingBut(operand, maxNumber);
      return { kind: 'value', test, stars };
    }
    default:
      throw new EventPatternError(`Unrecognized match type ${operator}`);
  }
}

/** Case as JavaScript folds it, without a locale. */
export function foldCase(text: string): string {
  return text.toLowerCase();
}

function ofText(test: (value: string) => boolean): Expression {
  return { kind: 'value', test: (value) => typeof value === 'string' && test(value) };
}

function textOf(operand: unknown, what: string): string {
  if (typeof operand !== 'string') throw new EventPatternError(`${what} pattern must be a string`);
  return operand;
}

/** The operand of a prefix or suffix: a text, or `{"equals-ignore-case": text}`. */
function edgeOf(operand: unknown, what: 'prefix' | 'suffix') {
  if (!isObject(operand)) return { text: textOf(operand, `${what} match`), fold: (value: string) => value };
  const [found, ...others] = Object.entries(operand);
  const title = what === 'prefix' ? 'Prefix' : 'Suffix';
  if (!found) throw new EventPatternError(`${title} expression name not found`);
  if (found[0] !== 'equals-ignore-case')
    throw new EventPatternError(`Unsupported ${what} pattern: ${found[0]}`);
  const text = foldCase(textOf(found[1], 'equals-ignore-case match'));
  if (others.length > 0) throw new EventPatternError('Only one key allowed in match expression');
  return { text, fold: foldCase };
}
