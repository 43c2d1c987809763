import { compileGlob } from './glob.ts';
import { FilterPatternError } from './pattern-error.ts';
import { compileRegex } from './regex/compile-regex.ts';

/** How a value is compared. */
export type Comparator = '=' | '!=' | '>' | '<' | '>=' | '<=';

/** What stands right of a comparator. */
export interface Operand {
  readonly kind: 'quoted' | 'bare' | 'regex';
  readonly text: string;
}

/** A scalar out of a log event: a JSON scalar, or a column's text. */
export type Scalar = string | number | boolean;

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The number that a text is, in AWS's forms (integer, decimal, exponent, sign); undefined for anything else. */
export function numberOf(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

/**
 * Compiles a comparison with one value. Text is compared by case, `*` standing for any text. A bare number equals a
 * number of any notation. Order is a matter of numbers; `readNumbers` also takes them from text, as columns hold them.
 * @throws FilterPatternError
 */
export function compileComparison(
  comparator: Comparator,
  operand: Operand,
  readNumbers = false,
): (value: Scalar) => boolean {
  if (comparator === '=' || comparator === '!=') {
    const equals = compileEquality(operand, readNumbers);
    return comparator === '=' ? equals : (value) => !equals(value);
  }
  const bound = operand.kind === 'bare' ? numberOf(operand.text) : undefined;
  if (bound === undefined)
    throw new FilterPatternError(`${comparator} needs a number, found ${operand.text}`);
  const compare = ORDERS[comparator];
  return (value) => {
    const number = typeof value === 'string' && readNumbers ? numberOf(value) : value;
    return typeof number === 'number' && compare(number, bound);
  };
}

const ORDERS: Readonly<Record<'>' | '<' | '>=' | '<=', (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
};

function compileEquality({ kind, text }: Operand, readNumbers: boolean): (value: Scalar) => boolean {
  if (kind === 'regex') {
    const matches = compileRegex(text);
    return (value) => typeof value === 'string' && matches(value);
  }
  const matches = compileGlob(text);
  const number = kind === 'bare' ? numberOf(text) : undefined;
  if (number === undefined) return (value) => matches(typeof value === 'string' ? value : String(value));
  return (value) => {
    if (typeof value === 'number') return value === number;
    return matches(String(value)) || (readNumbers && numberOf(String(value)) === number);
  };
}
