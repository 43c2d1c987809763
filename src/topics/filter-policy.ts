import {
  compilePattern,
  type EventPattern,
  EventPatternError,
  FILTER_POLICY_LIMITS,
} from '../event-pattern/index.ts';
import { type MessageAttribute, type SubscriptionSettings, TopicError } from './topic.ts';

type Filter = Pick<SubscriptionSettings, 'filterPolicy' | 'filterPolicyScope'>;

/** AWS counts only the names at the policy's top. */
const MAX_KEYS = 5;
const LIMITS = { ...FILTER_POLICY_LIMITS, maxFields: Number.POSITIVE_INFINITY };

/** No policy, and the one with which AWS takes a policy away. */
export function isNoFilter(policy: string | undefined): policy is undefined | '' {
  return policy === undefined || /^\s*(?:\{\s*\})?\s*$/.test(policy);
}

/**
 * Compiles a filter policy; undefined when there is none.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 * @throws TopicError InvalidParameter, in AWS's words where they are known
 */
export function compileFilter(filter: Filter): EventPattern | undefined {
  const { filterPolicy, filterPolicyScope = 'MessageAttributes' } = filter;
  if (isNoFilter(filterPolicy)) return undefined;
  try {
    const pattern = compilePattern(filterPolicy, { limits: LIMITS });
    const policy = JSON.parse(filterPolicy) as Record<string, unknown>;
    if (Object.keys(policy).length > MAX_KEYS) {
      throw new EventPatternError(`Filter policy can not have more than ${MAX_KEYS} keys`);
    }
    if (filterPolicyScope === 'MessageAttributes' && isNested(policy)) {
      const reason = 'Filter policy scope MessageAttributes does not support nested filter policy';
      throw new TopicError('InvalidParameter', `Invalid parameter: ${reason}`);
    }
    return pattern;
  } catch (error) {
    if (!(error instanceof EventPatternError)) throw error;
    throw new TopicError('InvalidParameter', `Invalid parameter: FilterPolicy: ${error.message}`);
  }
}

/** Do the rules look into objects? `$or` is no object of the message. */
function isNested(policy: object): boolean {
  return Object.entries(policy).some(([key, rule]) =>
    Array.isArray(rule)
      ? key === '$or' &&
        rule.some((branch) => typeof branch === 'object' && branch !== null && isNested(branch))
      : true,
  );
}

/** Compiled policies, kept by their text: publishing must not compile. */
export class Filters {
  readonly #compiled = new Map<string, EventPattern | undefined>();

  /** Does a message pass? */
  accepts(filter: Filter, message: FilteredMessage): boolean {
    const pattern = this.#patternOf(filter);
    if (!pattern) return true;
    if (filter.filterPolicyScope !== 'MessageBody') return pattern.matches(message.attributes());
    const body = message.body();
    // Not even a policy that asks for nothing but absent fields.
    return typeof body === 'object' && body !== null && !Array.isArray(body) && pattern.matches(body);
  }

  #patternOf(filter: Filter): EventPattern | undefined {
    if (isNoFilter(filter.filterPolicy)) return undefined;
    const key = `${filter.filterPolicyScope ?? ''}\n${filter.filterPolicy}`;
    if (this.#compiled.has(key)) return this.#compiled.get(key);
    const pattern = compileFilter(filter);
    // The oldest goes: who has more policies than this pays for compiling.
    if (this.#compiled.size >= MAX_COMPILED) this.#compiled.delete(this.#compiled.keys().next().value!);
    this.#compiled.set(key, pattern);
    return pattern;
  }
}

const MAX_COMPILED = 1_000;

/** What policies look at, read once for all subscribers of a message. */
export class FilteredMessage {
  readonly #text: string;
  readonly #attributes: ReadonlyMap<string, MessageAttribute>;
  #body: { readonly value: unknown } | undefined;
  #object: object | undefined;

  constructor(text: string, attributes: ReadonlyMap<string, MessageAttribute> | undefined) {
    this.#text = text;
    this.#attributes = attributes ?? new Map();
  }

  /** The text as JSON; a text that is none matches no policy. */
  body(): unknown {
    this.#body ??= { value: readJson(this.#text) };
    return this.#body.value;
  }

  /** Attributes as an object of plain values. */
  attributes(): object {
    this.#object ??= Object.fromEntries(
      [...this.#attributes].flatMap(([name, attribute]) => {
        const value = plainValue(attribute);
        return value === undefined ? [] : [[name, value]];
      }),
    );
    return this.#object;
  }
}

/** Binary attributes are not looked at, as on AWS. */
function plainValue({ type, value }: MessageAttribute): unknown {
  if (type === 'String.Array') {
    const list = readJson(value);
    if (!Array.isArray(list)) return value;
    return list.filter((one) => typeof one !== 'object' || one === null);
  }
  if (type.startsWith('Number')) return Number(value);
  return type.startsWith('Binary') ? undefined : value;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
