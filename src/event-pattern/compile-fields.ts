import type { Budget } from './budget.ts';
import { compileValues } from './compile-values.ts';
import { EventPatternError } from './pattern-error.ts';
import { isObject, type Json, type JsonObject, ownValue, someInside } from './walk.ts';

/** A compiled object of a pattern. */
export interface ObjectTest {
  /** `value` is what stands in its place in the event; `root` the whole event. */
  readonly test: (value: Json, root: Json) => boolean;
  /** Fields that nothing but these texts can match. */
  readonly exact: ReadonlyMap<string, ReadonlySet<string>>;
  /** For the limits: how many combinations of values there are. */
  readonly combinations: number;
}

type Condition = (object: JsonObject | undefined, root: Json) => boolean;

/** Names that keep `$or` from being the operator, so that old events with such a field can still be matched. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['exactly', 'equals-ignore-case', 'prefix', 'suffix', 'anything-but', 'exists', 'wildcard', 'numeric'],
  ...['cidr', '=', '<', '<=', '>', '>=', 'regex', 'not-wildcard', 'not-equals-ignore-case'],
  ...['date-after', 'date-on-or-after', 'date-before', 'date-on-or-before', 'in-date-range'],
  ...['ip-address-in-range', 'ip-address-not-in-range'],
]);

/**
 * Compiles an object: all its fields must match, and in an array of objects all must match in the same one.
 * @throws EventPatternError
 */
export function compileFields(
  pattern: JsonObject,
  path: readonly string[],
  budget: Budget,
  level = 1,
): ObjectTest {
  budget.enter(level);
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new EventPatternError('Empty objects are not allowed');
  const conditions: Condition[] = [];
  const exact = new Map<string, ReadonlySet<string>>();
  let combinations = 1;
  for (const [key, value] of entries) {
    if (key === '$or' && isAlternatives(value)) {
      const branches = value.map((branch) => compileFields(branch, path, budget, level + 1));
      combinations *= branches.reduce((sum, branch) => sum + branch.combinations, 0);
      conditions.push((object, root) => branches.some(({ test }) => test(object, root)));
    } else if (Array.isArray(value)) {
      const field = compileValues(value, [...path, key], budget);
      if (field.exact) exact.set(key, field.exact);
      combinations *= value.length * (path.length + 1);
      conditions.push((object, root) => field.test(ownValue(object, key), root));
    } else if (isObject(value)) {
      const inner = compileFields(value, [...path, key], budget, level + 1);
      combinations *= inner.combinations;
      conditions.push((object, root) => inner.test(ownValue(object, key), root));
    } else throw new EventPatternError(`"${key.slice(0, 200)}" must be an object or an array`);
  }
  const all: Condition = (object, root) => conditions.every((condition) => condition(object, root));
  return {
    test: (value, root) =>
      isObject(value)
        ? all(value, root)
        : // What asks for absent fields only holds without an object, too.
          (Array.isArray(value) && someInside(value, (one) => isObject(one) && all(one, root))) ||
          all(undefined, root),
    exact,
    combinations,
  };
}

/** `$or` is the operator with two or more objects that hold no reserved names; else it is a field's name. */
function isAlternatives(value: unknown): value is readonly JsonObject[] {
  return (
    Array.isArray(value) &&
    value.length >= 2 &&
    value.every((one) => isObject(one) && Object.keys(one).every((key) => !RESERVED.has(key)))
  );
}
