import type { LookupAttribute } from './event-store.ts';
import { attributeKey, categoryCode, everyEventKey, type Lane, laneSeed } from './lane.ts';
import { toDecimal } from './native/index.ts';
import { type Place, reversedMillis, reversedSecond } from './place.ts';
import { literal, type Sql } from './sql.ts';

/** A place within one of the asked lanes. */
export interface LanePlace extends Omit<Place, 'rest'> {
  /** Index into the list of lanes. */
  readonly lane: number;
}

/** Which part of the lanes to walk, and how. */
export interface Walk {
  /** Milliseconds since the epoch, both inclusive. */
  readonly start: number;
  readonly end: number;
  readonly order: 'ascending' | 'descending';
  /** Go on at this place, itself included. */
  readonly from?: Omit<Place, 'rest'> | undefined;
  readonly limit: number;
}

/** Every query ends: an aborted call leaves the engine computing. Seconds. */
const MAX_SECONDS = 30;
const SETTINGS = `SETTINGS max_execution_time = ${MAX_SECONDS}, max_threads = 2`;

/** Up to here each lane is read in order on its own and stops early; beyond, one read over all is cheaper. */
const MAX_ORDERED_READS = 16;

/**
 * Places of the events with all of these attributes, or of all events, by the index: columns lane UInt16, seconds
 * UInt32, millis UInt16, tie UInt16. `attributes` go from the rarest up: the first is a set held in memory, the
 * second is walked; further ones are left to the reader of the lines. Over many lanes the rarest alone is walked.
 */
export function findPlaces(
  db: string,
  lanes: readonly Lane[],
  attributes: readonly LookupAttribute[],
  walk: Walk,
): Sql {
  const from = `${db}.attributes`;
  const keys = lanes.map((lane) => {
    const seed = laneSeed(lane);
    if (attributes.length === 0) return [toDecimal(everyEventKey(seed))];
    return attributes.slice(0, 2).map(({ key, value }) => toDecimal(attributeKey(seed, key, value)));
  });
  if (lanes.length > MAX_ORDERED_READS) {
    const all = keys.map(([rarest]) => rarest).join(', ');
    const places = `SELECT key, seconds, millis, tie FROM ${from} WHERE key IN (${all}) AND ${limitsOf(walk)} ${orderOf(walk)}`;
    return `SELECT toUInt16(indexOf([${all}], key) - 1), seconds, millis, tie FROM (${places}) ${orderOf(walk)} ${SETTINGS}`;
  }
  const reads = keys.map(([rarest, walked], at) => {
    if (walked === undefined) return { at, from, where: `key = ${rarest}` };
    const set = `SELECT seconds, millis, tie FROM ${from} WHERE key = ${rarest} AND ${windowOf(walk)}`;
    return { at, from, where: `key = ${walked} AND (seconds, millis, tie) IN (${set})` };
  });
  return merge(reads, walk);
}

/** How many index rows each attribute has in these lanes and this window, in the order of `attributes`: UInt64 each. */
export function attributeCounts(
  db: string,
  lanes: readonly Lane[],
  attributes: readonly LookupAttribute[],
  walk: Walk,
): Sql {
  const counts = attributes.map(({ key, value }) => {
    const keys = lanes.map((lane) => toDecimal(attributeKey(laneSeed(lane), key, value)));
    return `(SELECT count() FROM ${db}.attributes WHERE key IN (${keys.join(', ')}) AND ${windowOf(walk)})`;
  });
  return `SELECT ${counts.map((count) => `assumeNotNull(${count})`).join(', ')} ${SETTINGS}`;
}

/** The lines at these places: lane columns, place columns, id, raw. Not in order. */
export function linesAt(db: string, lanes: readonly Lane[], places: readonly LanePlace[]): Sql {
  const byLane = new Map<number, string[]>();
  for (const { lane, seconds, millis, tie } of places) {
    const list = byLane.get(lane) ?? [];
    byLane.set(lane, list);
    list.push(`(${seconds}, ${millis}, ${tie})`);
  }
  const conditions = [...byLane].map(([at, list]) => {
    const lane = lanes[at] as Lane;
    return `(${isLane(lane)} AND (seconds, millis, tie) IN (${list.join(', ')}))`;
  });
  return (
    `SELECT toString(account), toString(region), category, seconds, millis, tie, rest, id, raw ` +
    `FROM ${db}.events WHERE ${conditions.join(' OR ')} ${SETTINGS}`
  );
}

interface OrderedRead {
  readonly at: number;
  readonly from: Sql;
  readonly where: Sql;
}

/** One ordered read with its own limit for each lane, as the tables are ordered by lane; then the merge of them. */
function merge(reads: readonly OrderedRead[], walk: Walk): Sql {
  const each = reads.map(
    ({ at, from, where }) =>
      `SELECT toUInt16(${at}) AS lane, seconds, millis, tie FROM ${from} WHERE ${where} AND ${limitsOf(walk)} ${orderOf(walk)}`,
  );
  if (each.length === 1) return `${each[0]} ${SETTINGS}`;
  const union = each.map((sql) => `(${sql})`).join(' UNION ALL ');
  return `SELECT lane, seconds, millis, tie FROM (${union}) ${orderOf(walk)} ${SETTINGS}`;
}

function isLane(lane: Lane): Sql {
  return `account = ${literal(lane.account)} AND region = ${literal(lane.region)} AND category = ${categoryCode(lane.category)}`;
}

function orderOf(walk: Walk): Sql {
  const direction = walk.order === 'ascending' ? ' DESC' : '';
  return `ORDER BY seconds${direction}, millis${direction}, tie${direction} LIMIT ${walk.limit}`;
}

function limitsOf(walk: Walk): Sql {
  return `${windowOf(walk)}${fromOf(walk)}`;
}

/** Reversed time: the end of the window is the smallest value. */
function windowOf(walk: Walk): Sql {
  const first = { seconds: reversedSecond(walk.end), millis: reversedMillis(walk.end) };
  const last = { seconds: reversedSecond(walk.start), millis: reversedMillis(walk.start) };
  return (
    `seconds >= ${first.seconds} AND seconds <= ${last.seconds}` +
    ` AND ${REVERSED_MILLIS} >= ${reversedMillisOf(first)} AND ${REVERSED_MILLIS} <= ${reversedMillisOf(last)}`
  );
}

/** The first comparison alone narrows the read; the second settles ties within the second. */
function fromOf(walk: Walk): Sql {
  if (!walk.from) return '';
  const beyond = walk.order === 'ascending' ? '<=' : '>=';
  const place = BigInt(reversedMillisOf(walk.from)) * 65536n + BigInt(walk.from.tie);
  return ` AND seconds ${beyond} ${walk.from.seconds} AND ${REVERSED_MILLIS} * 65536 + tie ${beyond} ${place}`;
}

/**
 * Time to the millisecond as one number, which the engine cannot take for a condition on the key: comparing the
 * key's columns one by one here made it test every mark (70 ms at a million events) instead of searching them.
 */
const REVERSED_MILLIS: Sql = '(toUInt64(seconds) * 1000 + millis)';

function reversedMillisOf(place: { readonly seconds: number; readonly millis: number }): number {
  return place.seconds * 1000 + place.millis;
}
