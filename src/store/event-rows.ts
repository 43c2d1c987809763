import {
  type AcceptedEvent,
  type CloudTrailRecord,
  type LookupFields,
  readLookupFields,
} from '../event/index.ts';
import type { LookupAttribute } from './event-store.ts';
import { attributeKey, categoryCode, everyEventKey, type Lane, laneSeed } from './lane.ts';
import type { Hash64 } from './native/index.ts';
import { type Place, placeOf } from './place.ts';
import { RowBinaryWriter } from './row-binary.ts';
import { ATTRIBUTE_COLUMNS, EVENT_COLUMNS } from './schema.ts';

/** The rows of one insert, and one row of each table and month to look for afterwards. */
export interface EventRows {
  readonly events: Buffer;
  readonly attributes: Buffer;
  readonly lanes: readonly Lane[];
  readonly samples: readonly RowSample[];
}

/** An event and its first index row; inserts are whole by month, so one row speaks for its month. */
export interface RowSample {
  readonly lane: Lane;
  readonly place: Place;
  readonly key: Hash64;
}

/** Writes events as rows of both tables. */
export function writeEventRows(events: readonly AcceptedEvent[]): EventRows {
  const bytes = events.reduce((sum, event) => sum + event.raw.length + 64, 0);
  const eventRows = new RowBinaryWriter(EVENT_COLUMNS, bytes);
  const attributeRows = new RowBinaryWriter(ATTRIBUTE_COLUMNS, events.length * 16 * 12);
  const lanes = new Map<string, { readonly lane: Lane; readonly seed: Hash64 }>();
  const samples = new Map<string, RowSample>();

  for (const event of events) {
    const known = laneOf(event);
    const place = placeOf(event.time, event.eventId);
    const { fields, ownId } = lookUpBy(event);
    eventRows.string(event.account);
    eventRows.string(event.region);
    eventRows.uint8(categoryCode(event.category));
    eventRows.uint32(place.seconds);
    eventRows.uint16(place.millis);
    eventRows.uint16(place.tie);
    eventRows.uint32(place.rest);
    eventRows.string(ownId ? '' : event.eventId);
    eventRows.bytes(event.raw);
    indexRow(everyEventKey(known.seed), place);
    for (const { key, value } of listAttributes(event.eventId, fields)) {
      indexRow(attributeKey(known.seed, key, value), place);
    }
    const month = monthOf(event.time);
    if (!samples.has(month)) {
      samples.set(month, {
        lane: known.lane,
        place,
        key: attributeKey(known.seed, 'EventId', event.eventId),
      });
    }
  }
  return {
    events: eventRows.finish(),
    attributes: attributeRows.finish(),
    lanes: [...lanes.values()].map(({ lane }) => lane),
    samples: [...samples.values()],
  };

  function indexRow(key: Hash64, place: Place): void {
    attributeRows.uint64(key);
    attributeRows.uint32(place.seconds);
    attributeRows.uint16(place.millis);
    attributeRows.uint16(place.tie);
  }

  function laneOf(event: AcceptedEvent) {
    const name = `${event.account}\u0000${event.region}\u0000${event.category}`;
    const known = lanes.get(name);
    if (known) return known;
    const lane = { account: event.account, region: event.region, category: event.category };
    const fresh = { lane, seed: laneSeed(lane) };
    lanes.set(name, fresh);
    return fresh;
  }
}

/** All attributes under which an event is found, each once. The event's id comes first. */
export function listAttributes(eventId: string, fields: LookupFields): readonly LookupAttribute[] {
  const list: LookupAttribute[] = [{ key: 'EventId', value: eventId }];
  if (fields.eventName !== undefined) list.push({ key: 'EventName', value: fields.eventName });
  if (fields.eventSource !== undefined) list.push({ key: 'EventSource', value: fields.eventSource });
  if (fields.readOnly !== undefined) list.push({ key: 'ReadOnly', value: fields.readOnly });
  if (fields.username !== undefined) list.push({ key: 'Username', value: fields.username });
  if (fields.accessKeyId !== undefined) list.push({ key: 'AccessKeyId', value: fields.accessKeyId });
  if (fields.resources.length === 0) return list;
  const types = new Set<string>();
  const names = new Set<string>();
  for (const { resourceType, resourceName } of fields.resources) {
    if (resourceType !== undefined) types.add(resourceType);
    names.add(resourceName);
  }
  for (const value of types) list.push({ key: 'ResourceType', value });
  for (const value of names) list.push({ key: 'ResourceName', value });
  return list;
}

/** What an event is found by, and whether its line names the event's own id. The line is parsed only if it must be. */
function lookUpBy({ fields, eventId, raw }: AcceptedEvent): {
  readonly fields: LookupFields;
  readonly ownId: boolean;
} {
  if (fields) return { fields, ownId: true };
  const record = parse(raw);
  return { fields: readLookupFields(record), ownId: record.eventID === eventId };
}

/** A line that does not parse is kept and found by its id; refusing it here would hold up all that follow. */
export function parse(raw: Buffer | string): CloudTrailRecord {
  try {
    const value: unknown = JSON.parse(typeof raw === 'string' ? raw : raw.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as CloudTrailRecord) : {};
  } catch {
    return {};
  }
}

function monthOf(time: number): string {
  const date = new Date(Math.min(Math.max(time, 0), 0xffffffff * 1000));
  return `${date.getUTCFullYear()}-${date.getUTCMonth()}`;
}
