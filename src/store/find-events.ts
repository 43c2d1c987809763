import { readLookupFields } from '../event/index.ts';
import { listAttributes, parse } from './event-rows.ts';
import type { FoundEvent, LookupAttribute, LookupCursor } from './event-store.ts';
import { categoryOf, type Lane } from './lane.ts';
import { attributeCounts, findPlaces, type LanePlace, linesAt, type Walk } from './lookup-sql.ts';
import { type Place, placeOf, timeOf } from './place.ts';
import { RowBinaryReader } from './row-binary.ts';
import type { Sql } from './sql.ts';

/** Runs a query and gives its answer as RowBinary. */
export type RunQuery = (sql: Sql) => Promise<Buffer>;

/** What to look for in a list of lanes. */
export interface FindRequest {
  readonly lanes: readonly Lane[];
  /** All must match. */
  readonly attributes: readonly LookupAttribute[];
  readonly start: number;
  readonly end: number;
  readonly limit: number;
  readonly order: 'ascending' | 'descending';
  readonly after?: LookupCursor | undefined;
}

/** More lines than this are never in memory at once; doubling up to it keeps unlucky lookups from crawling. */
const MAX_CHUNK = 1000;

interface Candidate {
  readonly event: FoundEvent;
  readonly place: Place;
}

/**
 * Finds events in two steps: places (from the index or the order of the table), then the lines at these places,
 * each compared with the request again. When that drops some, it goes on behind the last place until the page is
 * full or there are no more places.
 */
export async function findEvents(
  run: RunQuery,
  db: string,
  request: FindRequest,
): Promise<readonly FoundEvent[]> {
  if (request.lanes.length === 0 || request.limit <= 0 || request.start > request.end) return [];
  const attributes = await rarestFirst(run, db, request);
  const found: FoundEvent[] = [];
  // One more than asked for: where a full answer was cut, its last place may not be whole.
  let chunk = Math.min(request.limit, MAX_CHUNK) + 1;
  let from: Walk['from'] = request.after && placeOf(request.after.time, request.after.eventId);
  for (;;) {
    const walk: Walk = { ...walkOf(request, chunk), from };
    const places = readPlaces(await run(findPlaces(db, request.lanes, attributes, walk)));
    const last = places.at(-1);
    if (!last) return found;
    const whole = places.length < chunk ? places : places.filter((place) => !samePlace(place, last));
    if (whole.length > 0) {
      found.push(...select(readLines(await run(linesAt(db, request.lanes, whole))), request));
      if (found.length >= request.limit) return found.slice(0, request.limit);
    }
    if (places.length < chunk) return found;
    // The last place was not read yet: go on at it. When nothing but it came back, ask for more of it.
    from = last;
    chunk = whole.length === 0 ? chunk * 2 : Math.min(chunk * 2, MAX_CHUNK + 1);
  }
}

function samePlace(a: LanePlace, b: LanePlace): boolean {
  return a.seconds === b.seconds && a.millis === b.millis && a.tie === b.tie;
}

function walkOf(request: FindRequest, limit: number): Walk {
  return { start: request.start, end: request.end, order: request.order, limit };
}

async function rarestFirst(
  run: RunQuery,
  db: string,
  request: FindRequest,
): Promise<readonly LookupAttribute[]> {
  if (request.attributes.length < 2) return request.attributes;
  const reader = new RowBinaryReader(
    await run(attributeCounts(db, request.lanes, request.attributes, walkOf(request, 0))),
  );
  return request.attributes
    .map((attribute) => ({ attribute, count: reader.uint64() }))
    .sort((a, b) => (a.count < b.count ? -1 : a.count > b.count ? 1 : 0))
    .map(({ attribute }) => attribute);
}

function readPlaces(answer: Buffer): readonly LanePlace[] {
  const reader = new RowBinaryReader(answer);
  const places: LanePlace[] = [];
  while (!reader.done) {
    places.push({
      lane: reader.uint16(),
      seconds: reader.uint32(),
      millis: reader.uint16(),
      tie: reader.uint16(),
    });
  }
  return places;
}

function readLines(answer: Buffer): Candidate[] {
  const reader = new RowBinaryReader(answer);
  const lines: Candidate[] = [];
  while (!reader.done) {
    const account = reader.string();
    const region = reader.string();
    const category = categoryOf(reader.uint8());
    const place = {
      seconds: reader.uint32(),
      millis: reader.uint16(),
      tie: reader.uint16(),
      rest: reader.uint32(),
    };
    const id = reader.string();
    const raw = reader.string();
    const eventId = id === '' ? String(parse(raw).eventID ?? '') : id;
    const event = { account, region, category, eventId, time: timeOf(place.seconds, place.millis), raw };
    lines.push({ event, place });
  }
  return lines;
}

/** The lines that really match, in order, strictly after the cursor, identical ones once. */
function select(lines: readonly Candidate[], request: FindRequest): readonly FoundEvent[] {
  const sign = request.order === 'ascending' ? -1 : 1;
  const { after } = request;
  const cursor = after && { place: placeOf(after.time, after.eventId), id: after.eventId };
  return lines
    .filter(({ event }) => event.time >= request.start && event.time <= request.end)
    .filter(
      ({ event, place }) => !cursor || compare(place, event.eventId, cursor.place, cursor.id) * sign > 0,
    )
    .filter(({ event }) => matches(event, request.attributes))
    .sort((a, b) => compare(a.place, a.event.eventId, b.place, b.event.eventId) * sign)
    .map(({ event }) => event)
    .filter((event, at, all) => {
      const before = all[at - 1];
      return (
        !before ||
        before.eventId !== event.eventId ||
        before.raw !== event.raw ||
        before.account !== event.account
      );
    });
}

function compare(a: Place, aId: string, b: Place, bId: string): number {
  return (
    a.seconds - b.seconds ||
    a.millis - b.millis ||
    a.tie - b.tie ||
    a.rest - b.rest ||
    (aId < bId ? -1 : aId > bId ? 1 : 0)
  );
}

/** The index knows hashes only, and who writes events can make them collide. */
function matches(event: FoundEvent, attributes: readonly LookupAttribute[]): boolean {
  if (attributes.length === 0) return true;
  const all = listAttributes(event.eventId, readLookupFields(parse(event.raw)));
  return attributes.every(({ key, value }) => all.some((one) => one.key === key && one.value === value));
}
