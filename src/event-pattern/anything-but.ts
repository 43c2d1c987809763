import { checkNumber } from './numeric.ts';
import { EventPatternError } from './pattern-error.ts';
import { isObject, type Scalar } from './walk.ts';
import { matchWildcard, parseWildcard } from './wildcard.ts';

/** A compiled `anything-but`. */
export interface AnythingBut {
  readonly test: (value: Scalar) => boolean;
  readonly stars: readonly number[];
}

/**
 * Compiles what stands behind `anything-but`: a text, a number, a list of either, or `prefix`, `suffix`,
 * `equals-ignore-case` or `wildcard` of a text or a list. What is of another type than the list's passes, as on AWS.
 * @throws EventPatternError
 */
export function compileAnythingBut(operand: unknown, maxNumber: number): AnythingBut {
  if (!isObject(operand)) return { test: exceptValues(operand, maxNumber), stars: [] };
  const [found, ...others] = Object.entries(operand);
  if (!found) throw new EventPatternError('Anything-But expression name not found');
  const [operator, value] = found;
  const result = exceptTexts(operator, value);
  if (others.length > 0) throw new EventPatternError('Too many elements in numeric expression');
  return result;
}

function exceptValues(operand: unknown, maxNumber: number): (value: Scalar) => boolean {
  if (typeof operand === 'string') return (value) => value !== operand;
  if (typeof operand === 'number') {
    checkNumber(operand, maxNumber);
    return (value) => value !== operand;
  }
  if (!Array.isArray(operand))
    throw new EventPatternError('Value of anything-but must be an array or single string/number value.');
  const list: readonly unknown[] = operand;
  const areTexts = list.every((one) => typeof one === 'string');
  const areNumbers = list.every((one) => typeof one === 'number');
  if (list.some((one) => typeof one !== 'string' && typeof one !== 'number'))
    throw new EventPatternError('Inside anything but list, start|null|boolean is not supported.');
  if (list.length === 0 || (!areTexts && !areNumbers))
    throw new EventPatternError(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  for (const one of list) if (typeof one === 'number') checkNumber(one, maxNumber);
  const excepted = new Set<unknown>(list);
  return (value) => !excepted.has(value);
}

function exceptTexts(operator: string, operand: unknown): AnythingBut {
  if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(operator))
    throw new EventPatternError(`Unsupported anything-but pattern: ${operator}`);
  if (!Array.isArray(operand) && typeof operand !== 'string' && typeof operand !== 'number')
    throw new EventPatternError('Value of anything-but must be an array or single string/number value.');
  const list: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (list.length === 0) throw new EventPatternError('Empty arrays are not allowed');
  const texts = list.map((one) => checkText(operator, one));
  const parts = operator === 'wildcard' ? texts.map(parseWildcard) : [];
  const tests =
    operator === 'wildcard' ? parts.map(matchWildcard) : texts.map((one) => testOf(operator, one));
  return {
    test: (value) => typeof value !== 'string' || !tests.some((test) => test(value)),
    stars: parts.map(({ length }) => length - 1),
  };
}

function checkText(operator: string, value: unknown): string {
  if (
    typeof value === 'string' &&
    (value !== '' || operator === 'equals-ignore-case' || operator === 'wildcard')
  )
    return value;
  if (value === '') throw new EventPatternError('Null prefix/suffix not allowed');
  if (operator === 'equals-ignore-case')
    throw new EventPatternError(
      'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
    );
  throw new EventPatternError(
    `${operator === 'wildcard' ? 'wildcard' : 'prefix/suffix'} match pattern must be a string`,
  );
}

function testOf(operator: string, text: string): (value: string) => boolean {
  if (operator === 'prefix') return (value) => value.startsWith(text);
  if (operator === 'suffix') return (value) => value.endsWith(text);
  const folded = text.toLowerCase();
  return (value) => value.toLowerCase() === folded;
}
