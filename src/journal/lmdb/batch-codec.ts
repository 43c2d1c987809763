import type { AcceptedEvent, EventCategory, LookupFields } from '../../event/index.ts';
import type { JournalEvent } from '../journal.ts';

/** What stands in front of the records of a stored batch. */
interface BatchHeader {
  /** Time at which the journal took the batch, ms since the epoch. */
  readonly t: number;
  /** Bytes of records in the journal before this batch. */
  readonly b: number;
  /** Per event: account, Region, event id, event time, category, length of its raw bytes, what it is looked up by. */
  readonly e: readonly (readonly [string, string, string, number, EventCategory, number, LookupFields?])[];
}

/** A batch as read back. */
export interface Batch {
  readonly acceptedAt: number;
  readonly bytesBefore: number;
  readonly events: readonly JournalEvent[];
}

/** Lays a batch out as `u32 header length | header JSON | raw records, one after the other`. */
export function encodeBatch(
  events: readonly AcceptedEvent[],
  acceptedAt: number,
  bytesBefore: number,
): Buffer {
  const header: BatchHeader = {
    t: acceptedAt,
    b: bytesBefore,
    e: events.map((e) => [e.account, e.region, e.eventId, e.time, e.category, e.raw.length, e.fields]),
  };
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, ...events.map((e) => e.raw)]);
}

/** The reverse. The events' `raw` are views into `value`, which must not be reused by its owner. */
export function decodeBatch(first: number, value: Buffer): Batch {
  const headerEnd = 4 + value.readUInt32LE(0);
  const header = JSON.parse(value.toString('utf8', 4, headerEnd)) as BatchHeader;
  let offset = headerEnd;
  const events = header.e.map(
    ([account, region, eventId, time, category, length, fields], index): JournalEvent => {
      const raw = value.subarray(offset, offset + length);
      offset += length;
      const event = {
        account,
        region,
        eventId,
        time,
        category,
        raw,
        seq: first + index,
        acceptedAt: header.t,
      };
      return fields ? { ...event, fields } : event;
    },
  );
  return { acceptedAt: header.t, bytesBefore: header.b, events };
}
