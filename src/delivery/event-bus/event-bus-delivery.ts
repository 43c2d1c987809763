import type { Journal } from '../../journal/index.ts';
import type { Trail } from '../../trails/index.ts';
import { type TakenEvent, takenEvents } from './taken-events.ts';

/** The event bus as the reader of the journal needs it: the built-in one, or a real one elsewhere. */
export interface TrailEventSink {
  /** Whether anybody wants trails' events at all; while nobody does, the journal is not read. */
  readonly isListening: boolean;
  /** Whether somebody may want an event of this account and Region. */
  wants(account: string, region: string): boolean;
  /** The journal's number of the next event to look at, as it was written down. */
  readonly cursor: number;
  /** Takes events; `next` is the cursor after them. Durable on return. What was taken before is not taken again. */
  take(events: readonly TakenEvent[], next: number): Promise<void>;
}

/** What the reader needs. */
export interface EventBusDeliveryOptions {
  readonly journal: Journal;
  readonly trails: { all(): readonly Trail[] };
  readonly sink: TrailEventSink;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A bus that takes nothing may hold back so many bytes of the journal; what is over is given up, counted. */
  readonly maxHeldBytes: number;
  readonly onError: (what: string, error: unknown) => void;
}

/** The reader of the journal that brings trails' events onto the bus, within a second of their acceptance. */
export interface EventBusDelivery {
  /** Brings everything that was accepted before the call, as far as the bus takes it. */
  flush(): Promise<void>;
  /** The journal as it is to be trimmed: what is still to be read is kept. */
  holdJournal(journal: Journal): Journal;
  /** From which of the journal's numbers on trails' spans must be kept. */
  heldFrom(): number;
  /** Goes on with a deleted trail until what it took is on the bus. */
  retire(trail: Trail): Promise<void>;
  /** Events that have not been looked at. */
  readonly backlog: number;
  /** Events that were given up because the bus took nothing for too long, since start. */
  readonly dropped: number;
  close(): Promise<void>;
}

/** Bounds the memory of one step, and how long others wait for it. */
const RANGE_BYTES = 1 << 20;
const TICK = 1_000;
/** New events wait this long for company. */
const DELAY = 50;
const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;

/** Starts the reader where it stood; it runs until `close`. */
export function startEventBusDelivery(options: EventBusDeliveryOptions): EventBusDelivery {
  const { journal, trails, sink, now, maxHeldBytes, onError } = options;
  const retired = new Map<string, Trail>();
  let closed = false;
  let failures = 0;
  let due = 0;
  let dropped = 0;
  let turn: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  async function step(goal: number): Promise<boolean> {
    const { cursor } = sink;
    if (closed || !sink.isListening || cursor >= goal) return false;
    const range = await journal.read(cursor, { maxBytes: RANGE_BYTES });
    if (range.events.length === 0) return false;
    const all = [...trails.all(), ...retired.values()];
    const events = takenEvents(range.events, all, (account, region) => sink.wants(account, region));
    try {
      await sink.take(events, range.next.seq);
    } catch (error) {
      if (journal.head().bytes - range.from.bytes <= maxHeldBytes) throw error;
      await sink.take([], range.next.seq);
      dropped += events.length;
      onError(`delivery to the event bus: ${events.length} events given up, too many wait`, error);
    }
    return true;
  }

  /** To the head of now; never rejects. */
  async function run(): Promise<void> {
    const goal = journal.head().seq;
    try {
      while (await step(goal));
      failures = 0;
      due = 0;
    } catch (error) {
      due = now() + Math.min(FIRST_RETRY * 2 ** Math.min(failures++, 20), LAST_RETRY);
      onError('delivery to the event bus', error);
    }
    for (const [uid, trail] of retired) if (isPassed(trail)) retired.delete(uid);
  }

  const isPassed = ({ spans }: Trail) =>
    !sink.isListening || spans.every(({ to }) => to !== null && to <= sink.cursor);

  function inTurn(): Promise<void> {
    turn = turn.then(run);
    return turn;
  }

  function wake(): void {
    if (closed || timer || due > now()) return;
    timer = setTimeout(() => {
      void inTurn().finally(() => {
        timer = undefined;
        if (sink.isListening && sink.cursor < journal.head().seq) wake();
      });
    }, DELAY);
  }

  const stopListening = journal.onAppend(wake);
  const ticker = setInterval(wake, TICK);
  ticker.unref();
  wake();

  const heldFrom = () => (sink.isListening ? sink.cursor : Number.POSITIVE_INFINITY);

  return {
    async flush() {
      await inTurn();
    },
    heldFrom,
    holdJournal: (whole) => ({
      append: (events) => whole.append(events),
      head: () => whole.head(),
      tail: () => whole.tail(),
      read: (from, limits) => whole.read(from, limits),
      trim: (before) => whole.trim(Math.min(before, heldFrom())),
      onAppend: (listener) => whole.onAppend(listener),
      size: () => whole.size(),
      close: () => whole.close(),
    }),
    async retire(trail) {
      const head = journal.head().seq;
      const spans = trail.spans.map((span) =>
        span.to === null ? { ...span, to: Math.max(head, span.from) } : span,
      );
      retired.set(trail.uid, { ...trail, spans });
      await inTurn();
    },
    get backlog() {
      return sink.isListening ? Math.max(0, journal.head().seq - sink.cursor) : 0;
    },
    get dropped() {
      return dropped;
    },
    async close() {
      closed = true;
      stopListening();
      clearInterval(ticker);
      clearTimeout(timer);
      await turn;
    },
  };
}
