import { EventPatternError } from './pattern-error.ts';

/** Compiles `[">", 0, "<=", 5]` and its shorter forms. @throws EventPatternError */
export function matchNumeric(terms: unknown, maxNumber: number): (value: number) => boolean {
  if (!Array.isArray(terms)) throw new EventPatternError('Value of numeric must be an array.');
  const [operator, bound, second, top, ...more]: readonly unknown[] = terms;
  if (typeof operator !== 'string')
    throw new EventPatternError(`Invalid member in numeric match: ${String(operator)}`);
  if (!['=', '<', '<=', '>', '>='].includes(operator))
    throw new EventPatternError(`Unrecognized numeric range operator: ${operator}`);
  const edge = numberOf(bound, operator === '=' ? 'equals' : operator, maxNumber);
  if (terms.length === 2) return comparison(operator, edge);
  if (operator === '=' || operator.startsWith('<'))
    throw new EventPatternError('Too many elements in numeric expression');
  if (typeof second !== 'string')
    throw new EventPatternError(`Bad value in numeric range: ${String(second)}`);
  if (second !== '<' && second !== '<=') throw new EventPatternError(`Bad numeric range operator: ${second}`);
  const end = numberOf(top, second, maxNumber);
  if (more.length > 0) throw new EventPatternError('Too many terms in numeric range expression');
  if (edge >= end) throw new EventPatternError('Bottom must be less than top');
  const isAbove = comparison(operator, edge);
  const isBelow = comparison(second, end);
  return (value) => isAbove(value) && isBelow(value);
}

function numberOf(value: unknown, operator: string, maxNumber: number): number {
  if (typeof value !== 'number') throw new EventPatternError(`Value of ${operator} must be numeric`);
  return checkNumber(value, maxNumber);
}

/** @throws EventPatternError for a number that is not compared. */
export function checkNumber(value: number, maxNumber: number): number {
  if (!Number.isFinite(value) || Math.abs(value) > maxNumber)
    throw new EventPatternError(`Value must be between -${maxNumber} and ${maxNumber}, inclusive`);
  return value;
}

function comparison(operator: string, edge: number): (value: number) => boolean {
  switch (operator) {
    case '<':
      return (value) => value < edge;
    case '<=':
      return (value) => value <= edge;
    case '>':
      return (value) => value > edge;
    case '>=':
      return (value) => value >= edge;
    default:
      return (value) => value === edge;
  }
}
