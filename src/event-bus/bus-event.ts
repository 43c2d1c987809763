import { createHash } from 'node:crypto';

/** An event on its way through a bus: what patterns look at, and the text that targets get. */
export interface BusEvent {
  readonly id: string;
  readonly detailType: string;
  readonly source: string;
  readonly account: string;
  readonly region: string;
  /** `2017-12-22T18:43:48Z` */
  readonly time: string;
  readonly resources: readonly string[];
  /** A JSON object, as text and parsed: targets get the text as it came in. */
  readonly detailText: string;
  readonly detail: unknown;
  /** A management event of a trail that only reads: most rules do not want it. */
  readonly isReadOnlyManagement?: boolean;
}

/** What patterns and paths look at. */
export function matchedForm(event: BusEvent): unknown {
  return {
    version: '0',
    get id() {
      return event.id;
    },
    'detail-type': event.detailType,
    source: event.source,
    account: event.account,
    time: event.time,
    region: event.region,
    resources: event.resources,
    detail: event.detail,
  };
}

/** The event as targets get it; https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
export function eventText(event: BusEvent): string {
  const head = JSON.stringify({
    version: '0',
    id: event.id,
    'detail-type': event.detailType,
    source: event.source,
    account: event.account,
    time: event.time,
    region: event.region,
    resources: event.resources,
  });
  return `${head.slice(0, -1)},"detail":${event.detailText}}`;
}

/** Seconds, as EventBridge writes times. */
export function eventTimeText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** An id that is the same each time the same thing becomes an event, so that a repeat can be told. */
export function eventIdOf(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  // A UUID of version 8 (RFC 9562): the bits are ours.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
