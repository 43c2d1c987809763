import type { Scalar } from '../operand.ts';

/** One step of `$.a[0].*`: a member's name, an element's index, or any. */
export type SelectorStep = string | number | typeof ANY;

/** `*` as a step. */
export const ANY: unique symbol = Symbol('any');

/** A property selector as written, and its steps. */
export interface Selector {
  readonly text: string;
  readonly steps: readonly SelectorStep[];
}

/**
 * Compiles a question to the values that a selector leads to: is `holds` true of one of them? Values that are not
 * there are not asked about.
 */
export function compileSelector(
  steps: readonly SelectorStep[],
  holds: (value: unknown) => boolean,
): (json: unknown) => boolean {
  return steps.reduceRight<(json: unknown) => boolean>((next, step) => {
    if (step === ANY) return (json) => members(json).some((member) => member !== undefined && next(member));
    if (typeof step === 'number') {
      return (json) => Array.isArray(json) && step < json.length && next(json[step]);
    }
    // A member that every object inherits is only there when it is the event's own.
    const isInherited = step in Object.prototype;
    return (json) => {
      if (typeof json !== 'object' || json === null || Array.isArray(json)) return false;
      if (isInherited && !Object.hasOwn(json, step)) return false;
      const value = (json as Readonly<Record<string, unknown>>)[step];
      return value !== undefined && next(value);
    };
  }, holds);
}

function members(json: unknown): readonly unknown[] {
  if (Array.isArray(json)) return json;
  return typeof json === 'object' && json !== null ? Object.values(json) : [];
}

/** A value that can be compared: not null, not an object, not an array. */
export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The first value at a selector, as text, for what a test of a pattern shows; undefined when there is none. */
export function textAt(steps: readonly SelectorStep[], json: unknown): string | undefined {
  let found: string | undefined;
  compileSelector(steps, (value) => {
    found = typeof value === 'string' ? value : JSON.stringify(value);
    return true;
  })(json);
  return found;
}
