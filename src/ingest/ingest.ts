import { type AcceptedEvent, splitRecords } from '../event/index.ts';
import type { Journal } from '../journal/index.ts';
import { checkRecord, type Origin, type RefusalReason } from './check.ts';

/** What became of one record of a request, in the order of the request. */
export type RecordOutcome =
  | { readonly status: 'accepted' | 'duplicate'; readonly eventID: string }
  | { readonly status: 'refused'; readonly reason: RefusalReason; readonly message: string };

/** Totals since the process started, for the metrics. */
export interface IngestCounters {
  accepted: number;
  duplicate: number;
  readonly refused: Map<RefusalReason, number>;
}

/** The request as a whole cannot be taken now; nothing of it was. */
export class IngestUnavailable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'IngestUnavailable';
  }
}

/** The one door in for events. */
export interface Ingest {
  /**
   * Takes the records of a body (NDJSON or `{"Records":[…]}`), each for itself. Resolves after the accepted ones are
   * on disk. @throws RecordsSyntaxError, IngestUnavailable
   */
  takeBody(body: Buffer, origin: Origin): Promise<readonly RecordOutcome[]>;
  /** Takes an event that we made ourselves. @throws IngestUnavailable */
  takeOwn(event: AcceptedEvent): Promise<void>;
  readonly counters: IngestCounters;
}

/**
 * Opens the door in front of `journal`. `refusal` is asked before each request: a text means that nothing can be
 * taken now, and why (the disk is nearly full).
 */
export function createIngest(options: {
  readonly journal: Journal;
  readonly now: () => number;
  readonly refusal?: () => string | undefined;
  /**
   * The same for events of our own calls: these may go on for a while after strangers' events are refused, so that
   * whoever mends the matter can look around and delete things, and is recorded doing so.
   */
  readonly ownRefusal?: () => string | undefined;
}): Ingest {
  const { journal, now } = options;
  const counters: IngestCounters = { accepted: 0, duplicate: 0, refused: new Map() };

  async function append(events: readonly AcceptedEvent[], refusal: string | undefined) {
    if (refusal !== undefined) throw new IngestUnavailable(refusal);
    if (events.length === 0) return [];
    const outcomes = await journal.append(events);
    for (const outcome of outcomes) counters[outcome]++;
    return outcomes;
  }

  return {
    counters,
    async takeBody(body, origin) {
      const time = now();
      const checked = splitRecords(body).map((bytes) => checkRecord(bytes, origin, time));
      const events = checked.flatMap((one) => (one.kind === 'event' ? [one.event] : []));
      const appended = await append(events, options.refusal?.());
      let next = 0;
      return checked.map((one): RecordOutcome => {
        if (one.kind === 'event') return { status: appended[next++]!, eventID: one.event.eventId };
        counters.refused.set(one.reason, (counters.refused.get(one.reason) ?? 0) + 1);
        return { status: 'refused', reason: one.reason, message: one.message };
      });
    },
    async takeOwn(event) {
      await append([event], options.ownRefusal?.());
    },
  };
}
