import type { Journal, JournalPosition } from '../../journal/index.ts';
import type { State } from '../../state/index.ts';
import type { EventStore } from '../../store/index.ts';

/** One insert into the store: bounds the memory of both sides. */
const RANGE_BYTES = 8 << 20;
const KEY = 'delivery/history';

interface HistoryState {
  readonly cursor: JournalPosition;
  /** The end of the range that is being inserted: a repeat must cut the same range, so that its token is the same. */
  readonly stage?: JournalPosition;
}

/** The reader of the journal that fills the event history. */
export interface HistoryDelivery {
  readonly cursor: JournalPosition;
  /** Carries over one range; false when there was nothing. @throws what the store throws; call again. */
  next(): Promise<boolean>;
}

/** Opens the reader where it stood; a new one begins at the journal's tail. */
export async function openHistoryDelivery(options: {
  readonly state: State;
  readonly journal: Journal;
  readonly store: EventStore;
}): Promise<HistoryDelivery> {
  const { state, journal, store } = options;
  const found = await state.get<HistoryState>(KEY);
  let version = found?.version ?? 0;
  let current: HistoryState = found?.value ?? { cursor: journal.tail() };

  async function save(next: HistoryState): Promise<void> {
    version = await state.put(KEY, next, version);
    current = next;
  }

  return {
    get cursor() {
      return current.cursor;
    },
    async next() {
      const { cursor, stage } = current;
      const range = await journal.read(cursor.seq, {
        withFields: true,
        maxBytes: stage ? Number.POSITIVE_INFINITY : RANGE_BYTES,
        ...(stage ? { to: stage.seq } : {}),
      });
      if (range.events.length === 0) {
        if (stage) await save({ cursor: stage });
        return false;
      }
      if (!stage) await save({ cursor, stage: range.next });
      await store.insert(range.events, `history-${range.from.seq}-${range.next.seq}`);
      await save({ cursor: range.next });
      return true;
    },
  };
}
