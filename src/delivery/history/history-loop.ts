import type { Journal, JournalPosition } from '../../journal/index.ts';
import type { State } from '../../state/index.ts';
import type { EventStore } from '../../store/index.ts';
import { openHistoryDelivery } from './history-delivery.ts';

/** New events wait this long for company before they go into the history. */
const DELAY = 200;
const LAST_RETRY = 30_000;

/** The reader that fills the event history, at work soon after each append and again after a failure. */
export interface HistoryLoop {
  readonly cursor: JournalPosition;
  /** Resolves when everything accepted before the call is in the history, or after a hundred tries. */
  catchUp(): Promise<void>;
  /** Finishes the range in flight; the rest waits for the next start. */
  close(): Promise<void>;
}

/** Starts the reader where it stood. */
export async function startHistoryLoop(options: {
  readonly state: State;
  readonly journal: Journal;
  readonly store: EventStore;
  readonly onError: (what: string, error: unknown) => void;
}): Promise<HistoryLoop> {
  const { journal, onError } = options;
  const history = await openHistoryDelivery(options);
  let closed = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;

  function wake(delay = DELAY): void {
    if (closed || timer || running) return;
    timer = setTimeout(() => {
      timer = undefined;
      void run();
    }, delay);
  }

  function run(): Promise<void> {
    running ??= (async () => {
      try {
        const goal = journal.head().seq;
        while (!closed && (await history.next()) && history.cursor.seq < goal);
        failures = 0;
      } catch (error) {
        failures++;
        onError('delivery into the event history', error);
      }
    })().finally(() => {
      running = undefined;
      const delay = failures > 0 ? Math.min(200 * 2 ** failures, LAST_RETRY) : DELAY;
      if (history.cursor.seq < journal.head().seq) wake(delay);
    });
    return running;
  }

  const stopListening = journal.onAppend(() => wake());
  wake();

  return {
    get cursor() {
      return history.cursor;
    },
    async catchUp() {
      const goal = journal.head().seq;
      for (let tries = 0; history.cursor.seq < goal && tries < 100; tries++) {
        await running;
        await run();
        if (failures > 0) await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async close() {
      closed = true;
      stopListening();
      clearTimeout(timer);
      await running;
    },
  };
}
