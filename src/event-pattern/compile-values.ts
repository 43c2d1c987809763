import { isIPv6 } from 'node:net';
import { addressBytes } from './address.ts';
import type { Budget } from './budget.ts';
import { compileExpression } from './compile-operator.ts';
import { checkNumber } from './numeric.ts';
import { EventPatternError } from './pattern-error.ts';
import { hasLeaf, isObject, type Json, type Scalar, someInside } from './walk.ts';

/** A field's compiled list of values. */
export interface FieldTest {
  /** `value` is what stands under the field's name, undefined for nothing; `root` the whole event. */
  readonly test: (value: Json, root: Json) => boolean;
  /** Set when nothing but these texts can match. */
  readonly exact?: ReadonlySet<string>;
}

/**
 * Compiles `["a", 1, null, {"prefix": "b"}]`: one of them must hold of the value, or of one in its arrays. Numbers are
 * compared by value. `path` leads to the field from the event's top.
 * @throws EventPatternError
 */
export function compileValues(list: readonly unknown[], path: readonly string[], budget: Budget): FieldTest {
  if (list.length === 0) throw new EventPatternError('Empty arrays are not allowed');
  const exact = new Set<Scalar>();
  const tests: ((value: Scalar) => boolean)[] = [];
  const stars: number[] = [];
  let mayBeAbsent = false;
  for (const one of list) {
    if (isObject(one)) {
      const expression = compileExpression(one, budget.limits.maxNumber);
      if (expression.kind === 'absent') mayBeAbsent = true;
      else {
        tests.push(expression.test);
        stars.push(...(expression.stars ?? []));
      }
      continue;
    }
    if (typeof one === 'number') checkNumber(one, budget.limits.maxNumber);
    if (Array.isArray(one))
      throw new EventPatternError('Match value must be String, number, true, false, or null');
    exact.add(one as Scalar);
    if (typeof one === 'string' && isIPv6(one)) tests.push(isSameAddress(one));
  }
  budget.addField(stars);
  const holds = (value: Json): boolean =>
    value !== undefined &&
    !isObject(value) &&
    (exact.has(value as Scalar) || tests.some((test) => test(value as Scalar)));
  const texts = [...exact].filter((one) => typeof one === 'string');
  const isPlain = !mayBeAbsent && tests.length === 0 && texts.length === exact.size;
  return {
    test: (value, root) =>
      (value !== undefined && someInside(value, holds)) || (mayBeAbsent && !hasLeaf(root, path)),
    ...(isPlain && { exact: new Set(texts) }),
  };
}

/** One IPv6 address has many forms. */
function isSameAddress(address: string): (value: Scalar) => boolean {
  const bytes = Buffer.from(addressBytes(address) ?? []);
  return (value) => {
    const other = typeof value === 'string' ? addressBytes(value) : undefined;
    return other !== undefined && bytes.equals(other);
  };
}
