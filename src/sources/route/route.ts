import { flatField } from '../normalise/index.ts';
import {
  compileMatch,
  compilePath,
  type FieldPath,
  type Found,
  kindOfMatch,
  shorten,
  splitPath,
} from '../policy/index.ts';
import { CLOUDTRAIL_TAG, compilePriorities } from './priority.ts';
import type { Priority, RoutingCriterion, RoutingRules } from './routing-rules.ts';

/** Where a record goes, and why. Decisions are shared between records: never changed. */
export type RouteDecision =
  | {
      readonly kind: 'store';
      /** Name of a repository. */
      readonly repo: string;
      readonly rule: RouteRule;
      readonly tags: readonly string[];
      readonly priority: Priority;
      /** False: the policy asks to keep the normalised fields only. */
      readonly keepsRaw: boolean;
    }
  | { readonly kind: 'drop'; readonly rule: RouteRule };

/** The rule by which a record lies where it lies. */
export interface RouteRule {
  /** The criterion's id, its number in the policy from 1, or `catch_all`. */
  readonly id: string;
  /** In words: `userIdentity.type = Root: store in security`. */
  readonly text: string;
}

/** Fields that enrichment has added, by name. */
export type EnrichedFields = ReadonlyMap<string, string>;

/** Decides for one parsed record. Never throws, whatever the record is; keeps nothing of it. */
export type Route = (record: unknown, enriched?: EnrichedFields) => RouteDecision;

const ENRICHED = 'enrich.';
const EVENT_SOURCE = compilePath(['eventSource']);
const LEVELS: readonly Priority[] = ['low', 'normal', 'high'];

/**
 * Compiles routing rules once; the result decides some hundred thousand records a second. The rules are trusted to be
 * of their type (see `readRoutingRules`); a key that is no path matches nothing.
 */
export function compileRoute(rules: RoutingRules): Route {
  const fields = new Fields();
  const criteria = rules.criteria.map((criterion, at) => compileCriterion(criterion, at, rules, fields));
  const rest = decisions(
    { id: 'catch_all', text: `no criterion matches: store in ${rules.catchAll}` },
    { operation: 'store', repo: rules.catchAll, tags: [...(rules.tags ?? [])] },
  );
  const priorityOf = compilePriorities(rules.priorities);
  return (record, enriched) => {
    const priority = priorityOf(EVENT_SOURCE(record)[0]);
    const look = fields.reader(record, enriched);
    for (const { field, matches, decide } of criteria) {
      if (matches(look(field))) return decide(priority);
    }
    return rest(priority);
  };
}

interface CompiledCriterion {
  readonly field: number;
  readonly matches: (found: Found) => boolean;
  readonly decide: (priority: Priority) => RouteDecision;
}

function compileCriterion(
  criterion: RoutingCriterion,
  at: number,
  rules: RoutingRules,
  fields: Fields,
): CompiledCriterion {
  const { key, value = '', operation } = criterion;
  const repo = criterion.repository ?? rules.catchAll;
  const rule = { id: criterion.id ?? String(at + 1), text: textOf(criterion, repo) };
  const decide = decisions(rule, {
    ...{ operation, repo, priority: criterion.priority },
    tags: [...(rules.tags ?? []), ...(criterion.tags ?? [])],
  });
  const field = fields.number(key);
  if (criterion.type === 'KeyPresent') return { field, matches: (found) => found.length > 0, decide };
  const match = compileMatch(value, criterion.match ?? kindOfMatch(value));
  return { field, matches: (found) => found.some(match), decide };
}

function textOf({ type, key, value = '', operation }: RoutingCriterion, repo: string): string {
  const condition = type === 'KeyPresent' ? `${key} present` : `${key} = ${shorten(value)}`;
  if (operation === 'discard') return `${condition}: discard`;
  return `${condition}: store${operation === 'discard_raw' ? ' without raw' : ''} in ${repo}`;
}

interface Outcome {
  readonly operation: RoutingCriterion['operation'];
  readonly repo: string;
  readonly tags: readonly string[];
  readonly priority?: Priority | undefined;
}

/** All decisions that a rule can come to, made once. */
function decisions(rule: RouteRule, outcome: Outcome): (priority: Priority) => RouteDecision {
  const { operation, repo } = outcome;
  if (operation === 'discard') {
    const drop: RouteDecision = Object.freeze({ kind: 'drop', rule });
    return () => drop;
  }
  const tags = Object.freeze([...new Set([CLOUDTRAIL_TAG, ...outcome.tags])]);
  const keepsRaw = operation === 'store';
  const [low, normal, high] = LEVELS.map((level): RouteDecision => {
    const priority = outcome.priority ?? level;
    return Object.freeze({ kind: 'store', repo, rule, tags, priority, keepsRaw });
  }) as [RouteDecision, RouteDecision, RouteDecision];
  return (priority) => (priority === 'low' ? low : priority === 'normal' ? normal : high);
}

type ReadField = (record: unknown, enriched: EnrichedFields | undefined) => Found;

/** The different fields that criteria ask for; each is looked up once for a record, however many ask. */
class Fields {
  readonly #numbers = new Map<string, number>();
  readonly #read: ReadField[] = [];

  number(key: string): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#read.length);
    return this.#read.push(compileField(key)) - 1;
  }

  reader(record: unknown, enriched: EnrichedFields | undefined): (field: number) => Found {
    const found: (Found | undefined)[] = [];
    return (field) => {
      found[field] ??= this.#read[field]?.(record, enriched) ?? [];
      return found[field];
    };
  }
}

function compileField(key: string): ReadField {
  if (key.startsWith(ENRICHED)) return enrichedField(key);
  const flat = flatField(key);
  if (flat) {
    return (record) => {
      const value = flat(record);
      return value === undefined || value === null || value === '' ? [] : [value];
    };
  }
  const path = splitPath(key);
  const read: FieldPath = path ? compilePath(path) : () => [];
  return (record) => read(record);
}

function enrichedField(key: string): ReadField {
  return (_record, enriched) => {
    const value = enriched?.get(key);
    return value === undefined ? [] : [value];
  };
}
