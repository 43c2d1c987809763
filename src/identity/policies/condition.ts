import type { ConditionContext } from './condition-context.ts';
import { type Comparison, OPERATORS, type Operator } from './condition-operators.ts';

/** A compiled condition: does it hold for this request? */
export type Condition = (context: ConditionContext) => boolean;

/**
 * Compiles `{ operator: { key: values } }` of one operator and key.
 * Answers undefined for an operator that IAM does not have, or a value that the operator cannot read.
 */
export function compileCondition(
  name: string,
  key: string,
  values: readonly string[],
  variables: boolean,
): Condition | undefined {
  const found = /^(?:(forallvalues|foranyvalue):)?([a-z]+?)(ifexists)?$/.exec(name.toLowerCase());
  if (!found) return undefined;
  const [, set, operatorName, ifExists] = found;
  if (operatorName === 'null') return compileNull(key, values);
  const operator = OPERATORS.get(operatorName!);
  if (!operator) return undefined;
  const comparisons: Comparison[] = [];
  for (const value of values) {
    const compiled = operator.compile(value, variables);
    if (!compiled) return undefined;
    comparisons.push(compiled);
  }
  const holds = holdsForValues(operator, comparisons, set);
  return (context) => {
    const actual = context.get(key);
    if (actual === undefined || actual.length === 0)
      return holdsWithoutKey(operator, set, ifExists !== undefined);
    return holds(actual, context);
  };
}

function holdsWithoutKey(operator: Operator, set: string | undefined, ifExists: boolean): boolean {
  if (ifExists || set === 'forallvalues') return true;
  if (set === 'foranyvalue') return false;
  return operator.negated;
}

function holdsForValues(operator: Operator, comparisons: readonly Comparison[], set: string | undefined) {
  return (actual: readonly string[], context: ConditionContext): boolean => {
    const holdsFor = (value: string) =>
      comparisons.some((compare) => compare(value, context)) !== operator.negated;
    if (set === 'foranyvalue') return actual.some(holdsFor);
    if (set === 'forallvalues' || operator.negated) return actual.every(holdsFor);
    return actual.some(holdsFor);
  };
}

/** `Null: true` holds when the key is missing. */
function compileNull(key: string, values: readonly string[]): Condition | undefined {
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  if ([...wanted].some((value) => value !== 'true' && value !== 'false')) return undefined;
  return (context) => {
    const missing = (context.get(key)?.length ?? 0) === 0;
    return wanted.has(String(missing));
  };
}
