import type { Expression } from './json/expression.ts';
import { ANY, type Selector } from './json/selector.ts';

/**
 * A plain reading of a JSON pattern's tree, written apart from the compiler and with nothing of it but the tree: walks
 * it anew for each event. What the compiled matcher is held to.
 */
export function evaluate(expression: Expression, json: unknown): boolean {
  switch (expression.kind) {
    case 'or':
      return expression.parts.filter((part) => evaluate(part, json)).length > 0;
    case 'and':
      return expression.parts.filter((part) => !evaluate(part, json)).length === 0;
    case 'not-exists':
      return valuesAt(expression.selector, json).length === 0;
    case 'is':
      return valuesAt(expression.selector, json).includes(expression.value);
    case 'compare': {
      const { comparator, operand } = expression;
      return valuesAt(expression.selector, json).some((value) => {
        if (value === null || typeof value === 'object') return false;
        if (comparator === '=') return isEqual(value, operand);
        if (comparator === '!=') return !isEqual(value, operand);
        if (typeof value !== 'number') return false;
        const bound = Number(operand.text);
        if (comparator === '<') return value < bound;
        if (comparator === '>') return value > bound;
        return comparator === '<=' ? value <= bound : value >= bound;
      });
    }
  }
}

type Operand = Extract<Expression, { kind: 'compare' }>['operand'];

/** With the machine's own regular expressions: slow ones are no danger here. */
function isEqual(value: unknown, { kind, text }: Operand): boolean {
  if (kind === 'regex') return typeof value === 'string' && new RegExp(text).test(value);
  if (kind === 'bare' && typeof value === 'number' && /^[-+.\d]/.test(text) && !Number.isNaN(Number(text)))
    return value === Number(text);
  const source = text.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('[^]*')}$`).test(String(value));
}

function valuesAt({ steps }: Selector, json: unknown): unknown[] {
  let values = [json];
  for (const step of steps) {
    values = values.flatMap((value): unknown[] => {
      if (typeof value !== 'object' || value === null) return [];
      if (step === ANY) return Object.entries(value).map(([, member]) => member);
      if (Array.isArray(value) !== (typeof step === 'number')) return [];
      return Object.entries(value)
        .filter(([name]) => name === String(step))
        .map(([, member]) => member);
    });
  }
  return values;
}
