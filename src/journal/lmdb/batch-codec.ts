import type { AcceptedEvent, EventCategory, LookupFields } from '../../event/index.ts';
import type { JournalEvent } from '../journal.ts';

/** What stands in front of the records of a stored batch. */
interface BatchHeader {
  /** Time at which the journal took the batch, ms since the epoch. */
  readonly t: number;
  /** Bytes of records in the journal before this batch. */
  readonly b: number;
  /** Per event: account, Region, event id, event time, category, length of its raw bytes. */
  readonly e: readonly (readonly [string, string, string, number, EventCategory, number])[];
}

/**
 * Lookup fields as a flat list: name, source, readOnly, user, access key, then type and name of each resource. Half
 * the size of the object, and of the time to read it.
 */
type FlatFields = readonly (string | null)[];

/** A batch as read back. */
export interface Batch {
  readonly acceptedAt: number;
  readonly bytesBefore: number;
  readonly events: readonly JournalEvent[];
}

/**
 * Lays a batch out as `header length | fields length | header JSON | fields JSON | raw records, one after the other`.
 * The fields stand apart since only one reader wants them.
 */
export function encodeBatch(
  events: readonly AcceptedEvent[],
  acceptedAt: number,
  bytesBefore: number,
): Buffer {
  const header: BatchHeader = {
    t: acceptedAt,
    b: bytesBefore,
    e: events.map((e) => [e.account, e.region, e.eventId, e.time, e.category, e.raw.length]),
  };
  const head = Buffer.from(JSON.stringify(header));
  const fields = Buffer.from(JSON.stringify(events.map((event) => event.fields && flatten(event.fields))));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(head.length);
  lengths.writeUInt32LE(fields.length, 4);
  return Buffer.concat([lengths, head, fields, ...events.map((e) => e.raw)]);
}

/** The reverse. The events' `raw` are views into `value`, which must not be reused by its owner. */
export function decodeBatch(first: number, value: Buffer, withFields = false): Batch {
  const headerEnd = 8 + value.readUInt32LE(0);
  const fieldsEnd = headerEnd + value.readUInt32LE(4);
  const header = JSON.parse(value.toString('utf8', 8, headerEnd)) as BatchHeader;
  const flat = withFields
    ? (JSON.parse(value.toString('utf8', headerEnd, fieldsEnd)) as readonly (FlatFields | null)[])
    : [];
  let offset = fieldsEnd;
  const events = header.e.map(([account, region, eventId, time, category, length], index): JournalEvent => {
    const raw = value.subarray(offset, offset + length);
    offset += length;
    const list = flat[index];
    const fields = list ? unflatten(list) : undefined;
    const seq = first + index;
    return { account, region, eventId, time, category, fields, raw, seq, acceptedAt: header.t };
  });
  return { acceptedAt: header.t, bytesBefore: header.b, events };
}

function flatten(fields: LookupFields): FlatFields {
  const { eventName, eventSource, readOnly, username, accessKeyId, resources } = fields;
  const list: (string | null)[] = [
    eventName ?? null,
    eventSource ?? null,
    readOnly ?? null,
    username ?? null,
    accessKeyId ?? null,
  ];
  for (const { resourceType, resourceName } of resources) list.push(resourceType ?? null, resourceName);
  return list;
}

function unflatten(list: FlatFields): LookupFields {
  const resources: LookupFields['resources'][number][] = [];
  for (let at = 5; at < list.length; at += 2) {
    const type = list[at];
    const resourceName = list[at + 1] ?? '';
    resources.push(type ? { resourceType: type, resourceName } : { resourceName });
  }
  return {
    eventName: list[0] ?? undefined,
    eventSource: list[1] ?? undefined,
    readOnly: (list[2] as LookupFields['readOnly'] | null) ?? undefined,
    username: list[3] ?? undefined,
    accessKeyId: list[4] ?? undefined,
    resources,
  };
}
