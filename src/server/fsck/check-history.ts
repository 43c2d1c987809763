import type { Journal, JournalEvent } from '../../journal/index.ts';
import type { EventStore } from '../../store/index.ts';
import type { Tell } from './finding.ts';

/** Looked up without `deep`: spread evenly over what the journal holds. */
const SAMPLE = 200;
const CHUNK_BYTES = 8 << 20;
const HOUR = 3_600_000;
/** The history forgets whole months; what is near their end may be gone for good reasons. Milliseconds. */
const FORGETFUL_AFTER = 80 * 86_400_000;

/** Is every event that the journal still holds and that the history has taken really found in it? */
export async function checkHistory(
  rooms: { readonly journal: Journal; readonly store: EventStore },
  upTo: number,
  options: { readonly deep: boolean; readonly now: number },
  tell: Tell,
): Promise<number> {
  const { journal, store } = rooms;
  const from = journal.tail().seq;
  const step = options.deep ? 1 : Math.max(1, Math.ceil((upTo - from) / SAMPLE));
  let looked = 0;
  let missing = 0;
  for (let at = from; at < upTo; ) {
    const range = await journal.read(at, { maxBytes: CHUNK_BYTES, to: upTo });
    if (range.events.length === 0) break;
    const chosen = range.events.filter(
      ({ seq, time }) => (seq - from) % step === 0 && time >= options.now - FORGETFUL_AFTER,
    );
    looked += chosen.length;
    const lost = options.deep ? await notScanned(store, chosen) : await notFound(store, chosen);
    const [first] = lost;
    if (first && missing === 0) {
      tell({
        area: 'history',
        code: 'history-missing',
        severity: 'error',
        message: `event ${first.seq} (${first.eventId}) was taken into the event history and is not found in it`,
        repair:
          'restore store/ from a backup (opentrail restore); or find the events in the log files of a trail and send them again (opentrail ingest)',
      });
    }
    missing += lost.length;
    at = range.next.seq;
  }
  if (missing > 1) {
    tell({
      area: 'history',
      code: 'history-missing-more',
      severity: 'error',
      message: `${missing} of ${looked} events that were looked up are not in the event history`,
      repair: 'as above',
    });
  }
  return looked;
}

/** One by one, by the index of ids: for a few of many. */
async function notFound(store: EventStore, events: readonly JournalEvent[]): Promise<JournalEvent[]> {
  const lost: JournalEvent[] = [];
  for (const event of events) {
    const found = await store.lookup({
      accounts: [event.account],
      attributes: [{ key: 'EventId', value: event.eventId }],
      categories: [event.category],
      start: event.time - 1000,
      end: event.time + 1000,
      limit: 1,
    });
    if (found.length === 0) lost.push(event);
  }
  return lost;
}

/** All of a stretch of the journal in one walk over the same hours of the history; events of one hour stand together. */
async function notScanned(store: EventStore, events: readonly JournalEvent[]): Promise<JournalEvent[]> {
  const hours = new Map<number, Map<string, JournalEvent>>();
  for (const event of events) {
    const hour = Math.floor(event.time / HOUR);
    const found = hours.get(hour) ?? new Map<string, JournalEvent>();
    found.set(`${event.account} ${event.eventId}`, event);
    hours.set(hour, found);
  }
  const categories = [...new Set(events.map(({ category }) => category))];
  for (const left of hours.values()) {
    const times = [...left.values()].map(({ time }) => time);
    const start = times.reduce((a, b) => Math.min(a, b)) - 1000;
    const end = times.reduce((a, b) => Math.max(a, b)) + 1000;
    for await (const page of store.scan({ categories, start, end })) {
      for (const { account, eventId } of page) left.delete(`${account} ${eventId}`);
      if (left.size === 0) break;
    }
  }
  return [...hours.values()].flatMap((left) => [...left.values()]);
}
