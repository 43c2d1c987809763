import { Budget } from './budget.ts';
import { compileFields } from './compile-fields.ts';
import { EVENT_BUS_LIMITS, type PatternLimits } from './limits.ts';
import { EventPatternError } from './pattern-error.ts';
import { isObject } from './walk.ts';

/** A pattern, compiled once. */
export interface EventPattern {
  /** Whether an event, as JSON.parse gives it, matches. Never throws; linear in the event's size. */
  matches(event: unknown): boolean;
  /** The only texts with which a field at the event's top can match; undefined: others may. For an index of patterns. */
  exactValues(field: string): ReadonlySet<string> | undefined;
}

/**
 * Compiles a pattern in the language of EventBridge's rules and SNS's filter policies.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 * @throws EventPatternError with AWS's reason
 */
export function compilePattern(
  text: string,
  options: { readonly limits?: PatternLimits } = {},
): EventPattern {
  const limits = options.limits ?? EVENT_BUS_LIMITS;
  if (text.length > limits.maxLength)
    throw new EventPatternError(`Pattern is longer than ${limits.maxLength} characters`);
  const pattern = parse(text);
  if (!isObject(pattern)) throw new EventPatternError('Filter is not an object');
  const budget = new Budget(limits);
  const { test, exact, combinations } = compileFields(pattern, [], budget);
  budget.checkCombinations(combinations);
  return {
    matches: (event) => test(event, event),
    exactValues: (field) => exact.get(field),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EventPatternError('Filter is not an object');
  }
}
