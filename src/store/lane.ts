import type { EventCategory } from '../event/index.ts';
import type { LookupAttributeKey } from './event-store.ts';
import { type Hash64, hash64 } from './native/index.ts';

/**
 * A lane is one account, Region and category: the unit in which events are ordered. Lookups walk lanes, so that a
 * million data events never stand between a caller and the management events.
 */
export interface Lane {
  readonly account: string;
  readonly region: string;
  readonly category: EventCategory;
}

/** Category numbers on disk. */
const CATEGORY_CODES = { Management: 1, Data: 2, NetworkActivity: 3, Insight: 4 } as const;

/** Attribute numbers inside the hashed keys on disk. */
const ATTRIBUTE_CODES: Record<LookupAttributeKey, number> = {
  EventId: 1,
  EventName: 2,
  ReadOnly: 3,
  Username: 4,
  ResourceType: 5,
  ResourceName: 6,
  EventSource: 7,
  AccessKeyId: 8,
};

/** The number of `category` on disk. */
export function categoryCode(category: EventCategory): number {
  return CATEGORY_CODES[category];
}

/** The category of a number read from disk; throws on one that this version does not know. */
export function categoryOf(code: number): EventCategory {
  for (const [category, known] of Object.entries(CATEGORY_CODES)) {
    if (known === code) return category as EventCategory;
  }
  throw new Error(`event store: unknown category number ${code} on disk; a newer opentrail wrote it`);
}

/** The start value of all index keys of a lane: two attributes or lanes never share keys by construction. */
export function laneSeed(lane: Lane): Hash64 {
  const text = `${lane.account}\u0000${lane.region}\u0000${CATEGORY_CODES[lane.category]}`;
  return hash64({ high: 0, low: 0 }, 0, text);
}

/** The index key of one attribute value within a lane. */
export function attributeKey(seed: Hash64, key: LookupAttributeKey, value: string): Hash64 {
  return hash64(seed, ATTRIBUTE_CODES[key], value);
}

/**
 * The index key under which all events of a lane stand. Reading them from `events` in order looks possible, but its
 * many small granules make the engine test each mark: 20 ms more with each million events.
 */
export function everyEventKey(seed: Hash64): Hash64 {
  return hash64(seed, 0, '');
}
