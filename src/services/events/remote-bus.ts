import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { type BusEvent, MAX_RECORD_BYTES, type TrailEvent, trailBusEvent } from '../../event-bus/index.ts';

/** Where the cursor of a real bus is kept. */
export interface CursorStore {
  read(): Promise<number | undefined>;
  write(next: number): Promise<void>;
}

/** Totals since the process started. */
export interface RemoteBusCounters {
  sent: number;
  failedTries: number;
  /** By the bus's own code, and `too-large`. */
  readonly dropped: Map<string, number>;
}

/** A real EventBridge as trails' events reach it. */
export interface RemoteBus {
  readonly isListening: true;
  wants(): true;
  readonly cursor: number;
  readonly counters: RemoteBusCounters;
  /** @throws what keeps the bus from answering; call again with the same events. */
  take(events: readonly TrailEvent[], next: number): Promise<void>;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MAX_ENTRIES = 10;
const MAX_BYTES = 256 * 1024;
/** Nothing that is sent again would be taken. */
const FOR_GOOD: ReadonlySet<string> = new Set([
  'InvalidArgument',
  'MalformedDetail',
  'NotAuthorizedForSourceException',
]);

/**
 * Sends trails' events to the default bus of a real EventBridge, at least once: after a crash the last range is sent
 * again, with the same `detail.eventID`. A real bus takes sources that begin with `aws.` from AWS alone, so `aws.s3`
 * becomes `opentrail.s3`. `clientOf` gives the client of a Region.
 */
export async function openRemoteBus(options: {
  readonly clientOf: (region: string) => EventBridgeClient;
  readonly cursor: CursorStore;
  /** The journal's number of the next event: where the first start begins. */
  readonly head: number;
}): Promise<RemoteBus> {
  const { clientOf, cursor: store } = options;
  let cursor = await store.read();
  if (cursor === undefined) {
    cursor = options.head;
    await store.write(cursor);
  }
  let position = cursor;
  /** Of the range that is being sent: what a repeat need not send again. */
  const done = new Set<string>();
  const counters: RemoteBusCounters = { sent: 0, failedTries: 0, dropped: new Map() };
  const drop = (reason: string) => void counters.dropped.set(reason, (counters.dropped.get(reason) ?? 0) + 1);

  async function send(region: string, batch: readonly BusEvent[]): Promise<void> {
    const entries = batch.map(entryOf);
    const { Entries: results = [] } = await clientOf(region).send(new PutEventsCommand({ Entries: entries }));
    let failed: string | undefined;
    for (const [at, event] of batch.entries()) {
      const code = results[at] === undefined ? 'NoAnswer' : results[at].ErrorCode;
      if (code === undefined) counters.sent++;
      else if (FOR_GOOD.has(code)) drop(code);
      else {
        counters.failedTries++;
        failed = `${code}: ${results[at]?.ErrorMessage ?? ''}`;
        continue;
      }
      done.add(event.id);
    }
    if (failed !== undefined) throw new Error(`the event bus did not take all events: ${failed}`);
  }

  return {
    isListening: true,
    wants: () => true,
    counters,
    get cursor() {
      return position;
    },
    async take(events, next) {
      for (const [region, list] of byRegion(events)) {
        const fresh = list.map(trailBusEvent).filter(({ id }) => !done.has(id));
        const fitting = fresh.filter((event) => {
          const fits = sizeOf(event) <= MAX_BYTES && event.detailText.length <= MAX_RECORD_BYTES;
          if (!fits) drop('too-large');
          if (!fits) done.add(event.id);
          return fits;
        });
        for (const batch of batches(fitting)) await send(region, batch);
      }
      await store.write(next);
      position = next;
      done.clear();
    },
  };
}

function entryOf({ source, detailType, detailText, time, resources }: BusEvent): PutEventsRequestEntry {
  return {
    Source: source.replace(/^aws\./, 'opentrail.'),
    DetailType: detailType,
    Detail: detailText,
    Time: new Date(time),
    Resources: [...resources],
  };
}

/** As a real bus counts it, and a little more. */
function sizeOf({ source, detailType, detailText }: BusEvent): number {
  return Buffer.byteLength(detailText) + source.length + detailType.length + 64;
}

function byRegion(events: readonly TrailEvent[]): ReadonlyMap<string, readonly TrailEvent[]> {
  const regions = new Map<string, TrailEvent[]>();
  for (const event of events) {
    const list = regions.get(event.region);
    if (list) list.push(event);
    else regions.set(event.region, [event]);
  }
  return regions;
}

function* batches(events: readonly BusEvent[]): Generator<readonly BusEvent[]> {
  let batch: BusEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = sizeOf(event);
    if (batch.length > 0 && (batch.length === MAX_ENTRIES || bytes + size > MAX_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(event);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
