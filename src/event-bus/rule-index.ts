import { compilePattern, type EventPattern, EventPatternError } from '../event-pattern/index.ts';
import { type BusEvent, matchedForm } from './bus-event.ts';
import { EventBusError } from './event-bus-error.ts';
import { compileInput, type TargetInput } from './input/target-input.ts';
import { type Rule, ruleArn, type Target } from './rule.ts';

/** A rule that takes events, compiled. */
export interface LiveRule {
  readonly rule: Rule;
  readonly arn: string;
  readonly pattern: EventPattern;
  readonly targets: readonly { readonly target: Target; readonly input: TargetInput }[];
}

/** @throws EventBusError InvalidEventPatternException */
export function compileRulePattern(text: string): EventPattern {
  try {
    return compilePattern(text);
  } catch (error) {
    if (!(error instanceof EventPatternError)) throw error;
    throw new EventBusError(
      'InvalidEventPatternException',
      `Event pattern is not valid. Reason: ${error.message}`,
      { cause: error },
    );
  }
}

/** @throws EventBusError InvalidEventPatternException, ValidationException */
export function compileRule(rule: Rule): LiveRule {
  return {
    rule,
    arn: ruleArn(rule),
    pattern: compileRulePattern(rule.pattern),
    targets: rule.targets.map((target) => ({ target, input: compileInput(target) })),
  };
}

/** Whether a rule has anything to do. */
export function isActive({ state, targets }: Rule): boolean {
  return state !== 'DISABLED' && targets.length > 0;
}

/**
 * The active rules of one bus. Most rules name the sources they want: an event meets only those of its own source, and
 * the few that name none.
 */
export class RuleIndex {
  readonly #bySource = new Map<string, LiveRule[]>();
  readonly #others: LiveRule[] = [];

  constructor(rules: readonly LiveRule[]) {
    for (const live of rules) {
      const sources = live.pattern.exactValues('source');
      if (!sources) this.#others.push(live);
      else for (const source of sources) this.#listOf(source).push(live);
    }
  }

  matching(event: BusEvent): readonly LiveRule[] {
    const named = this.#bySource.get(event.source) ?? [];
    if (named.length === 0 && this.#others.length === 0) return [];
    const form = matchedForm(event);
    const takes = ({ rule, pattern }: LiveRule) =>
      (!event.isReadOnlyManagement || rule.state === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS') &&
      pattern.matches(form);
    return [...named.filter(takes), ...this.#others.filter(takes)];
  }

  #listOf(source: string): LiveRule[] {
    let list = this.#bySource.get(source);
    if (!list) {
      list = [];
      this.#bySource.set(source, list);
    }
    return list;
  }
}
