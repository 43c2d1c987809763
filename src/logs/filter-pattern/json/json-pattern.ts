import type { FilterPattern } from '../filter-pattern.ts';
import { compileExpression } from './compile-expression.ts';
import type { Expression } from './expression.ts';
import { parseExpression } from './parse-expression.ts';
import { type SelectorStep, textAt } from './selector.ts';

/** Compiles a pattern in braces. @throws FilterPatternError */
export function compileJsonPattern(text: string): FilterPattern {
  const expression = parseExpression(text);
  const matches = compileExpression(expression);
  const selectors = new Map<string, readonly SelectorStep[]>();
  collectSelectors(expression, selectors);
  return {
    kind: 'json',
    matches: (message) => {
      const { json } = message;
      return json !== undefined && matches(json);
    },
    extract: ({ json }) => {
      const found = [...selectors].map(([name, steps]) => [name, textAt(steps, json)] as const);
      return new Map(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
    },
  };
}

function collectSelectors(expression: Expression, into: Map<string, readonly SelectorStep[]>): void {
  if ('parts' in expression) {
    for (const part of expression.parts) collectSelectors(part, into);
  } else into.set(expression.selector.text, expression.selector.steps);
}
