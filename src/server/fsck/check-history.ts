import type { Journal, JournalEvent } from '../../journal/index.ts';
import type { EventStore } from '../../store/index.ts';
import type { Tell } from './finding.ts';

/** Looked up without `deep`: spread evenly over what the journal holds. */
const SAMPLE = 200;
const CHUNK_BYTES = 8 << 20;
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
    for (const event of range.events) {
      if ((event.seq - from) % step !== 0 || event.time < options.now - FORGETFUL_AFTER) continue;
      looked++;
      if (await isFound(store, event)) continue;
      if (missing++ === 0) {
        tell({
          area: 'history',
          code: 'history-missing',
          severity: 'error',
          message: `event ${event.seq} (${event.eventId}) was taken into the event history and is not found in it`,
          repair:
            'stop the server, remove store/ and the state key delivery/history from a backup (opentrail restore); what the journal still holds is filled in again, older events are in the log files: opentrail ingest',
        });
      }
    }
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

async function isFound(store: EventStore, event: JournalEvent): Promise<boolean> {
  const found = await store.lookup({
    accounts: [event.account],
    attributes: [{ key: 'EventId', value: event.eventId }],
    categories: [event.category],
    start: event.time - 1000,
    end: event.time + 1000,
    limit: 1,
  });
  return found.length > 0;
}
