import { FilterPatternError } from '../pattern-error.ts';
import { Scanner } from '../scanner.ts';
import type { Expression } from './expression.ts';
import { readSelector } from './read-selector.ts';
import { ANY, type Selector } from './selector.ts';

const MAX_DEPTH = 50;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
const MAX_WILDCARDS = 3;

/**
 * Reads `{ ($.a = "x") && … }`; `&&` binds closer than `||`.
 * @throws FilterPatternError
 */
export function parseExpression(text: string): Expression {
  const scanner = new Scanner(text);
  let wildcards = 0;

  function either(depth: number): Expression {
    const parts = [both(depth)];
    while (scanner.take('||')) parts.push(both(depth));
    return parts.length === 1 ? parts[0]! : { kind: 'or', parts };
  }

  function both(depth: number): Expression {
    const parts = [one(depth)];
    while (scanner.take('&&')) parts.push(one(depth));
    return parts.length === 1 ? parts[0]! : { kind: 'and', parts };
  }

  function one(depth: number): Expression {
    if (depth > MAX_DEPTH) throw new FilterPatternError(`parentheses go deeper than ${MAX_DEPTH}`);
    if (!scanner.take('(')) return condition();
    const inner = either(depth + 1);
    scanner.expect(')');
    return inner;
  }

  function condition(): Expression {
    const selector = selectorOf();
    if (scanner.takeWord('IS')) {
      if (scanner.takeWord('NULL')) return { kind: 'is', selector, value: null };
      if (scanner.takeWord('TRUE')) return { kind: 'is', selector, value: true };
      if (scanner.takeWord('FALSE')) return { kind: 'is', selector, value: false };
      scanner.fail('NULL, TRUE or FALSE after IS');
    }
    if (scanner.takeWord('NOT')) {
      if (!scanner.takeWord('EXISTS')) scanner.fail('EXISTS after NOT');
      return { kind: 'not-exists', selector };
    }
    const comparator = scanner.comparator() ?? scanner.fail('=, !=, <, >, <=, >=, IS or NOT EXISTS');
    return { kind: 'compare', selector, comparator, operand: scanner.operand() };
  }

  function selectorOf(): Selector {
    const selector = readSelector(scanner);
    const any = selector.steps.filter((step) => step === ANY).length;
    wildcards += any;
    if (any > 1) throw new FilterPatternError(`${selector.text} has more than one wildcard`);
    if (wildcards > MAX_WILDCARDS)
      throw new FilterPatternError(`a pattern holds at most ${MAX_WILDCARDS} selectors with a wildcard`);
    return selector;
  }

  scanner.expect('{');
  const expression = either(0);
  scanner.expect('}');
  if (!scanner.isAtEnd) scanner.fail('nothing after "}"');
  return expression;
}
