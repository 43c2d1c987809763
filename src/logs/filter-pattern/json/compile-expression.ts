import { compileComparison, numberOf } from '../operand.ts';
import type { Expression } from './expression.ts';
import { compileSelector, isScalar, type Selector } from './selector.ts';

type Matches = (json: unknown) => boolean;

/**
 * Compiles a tree to closures over a parsed event. A field that is missing, null, an object or an array satisfies no
 * comparison, `!=` included: AWS's pages leave that open, and its published patterns are meant so.
 * @throws FilterPatternError
 */
export function compileExpression(expression: Expression): Matches {
  switch (expression.kind) {
    case 'or': {
      const parts = gatherNames(expression.parts).map((part) =>
        'names' in part ? compileNames(part) : compileExpression(part),
      );
      return (json) => parts.some((matches) => matches(json));
    }
    case 'and': {
      const parts = expression.parts.map(compileExpression);
      return (json) => parts.every((matches) => matches(json));
    }
    case 'compare': {
      const { selector, comparator, operand } = expression;
      const compare = compileComparison(comparator, operand);
      return compileSelector(selector.steps, (value) => isScalar(value) && compare(value));
    }
    case 'is': {
      const { selector, value } = expression;
      return compileSelector(selector.steps, (found) => found === value);
    }
    case 'not-exists': {
      const exists = compileSelector(expression.selector.steps, () => true);
      return (json) => !exists(json);
    }
    default:
      return expression satisfies never;
  }
}

/** `$.a = x || $.a = y || …`: one look into a set, which is what most security patterns are. */
interface Names {
  readonly selector: Selector;
  readonly names: Set<string>;
}

function gatherNames(parts: readonly Expression[]): readonly (Expression | Names)[] {
  const gathered = new Map<string, Names>();
  const rest: Expression[] = [];
  for (const part of parts) {
    const name = plainName(part);
    if (name === undefined || part.kind !== 'compare') {
      rest.push(part);
      continue;
    }
    const known = gathered.get(part.selector.text);
    if (known) known.names.add(name);
    else gathered.set(part.selector.text, { selector: part.selector, names: new Set([name]) });
  }
  return [...gathered.values(), ...rest];
}

function plainName(part: Expression): string | undefined {
  if (part.kind !== 'compare' || part.comparator !== '=' || part.operand.kind === 'regex') return undefined;
  const { kind, text } = part.operand;
  return text.includes('*') || (kind === 'bare' && numberOf(text) !== undefined) ? undefined : text;
}

function compileNames({ selector, names }: Names): Matches {
  return compileSelector(selector.steps, (value) =>
    typeof value === 'string' ? names.has(value) : isScalar(value) && names.has(String(value)),
  );
}
