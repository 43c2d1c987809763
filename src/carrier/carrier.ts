/** Waits; tests hand in one that they drive. Answers a function that calls it off. */
export type StartTimer = (run: () => void, milliseconds: number) => () => void;

/** What is owed, kept in lanes: each in its own order, without end or gaps to the carrier. */
export interface OwedLanes<Key, Item> {
  /** Lanes in which something is owed. */
  lanes(): string[];
  /** The first of a lane. */
  next(lane: string, limit: number): readonly { readonly key: Key; readonly item: Item }[];
  /** Lets go of items; gone from disk on return. */
  drop(keys: readonly Key[]): Promise<void>;
  /** Calls `listener` after something has become owed. */
  onOwed(listener: () => void): void;
}

/** Carries what is owed until it is closed. */
export interface Carrier {
  /** Stops; what is under way is waited for. */
  close(): Promise<void>;
}

/** Items that are carried before their place on disk is given up, at once. */
const BATCH = 50;
/** Milliseconds: the wait after the first failure, doubled after each more, and the longest. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 300_000;

/**
 * Carries each lane's items in their order, one after the other; lanes do not wait for each other. `carry` answers true
 * when the item can be let go of, false when its lane has to wait; when to give up is its decision. An item is let go of
 * after it was carried: a crash in between repeats it (at least once).
 */
export function startCarrier<Key, Item>(options: {
  readonly owed: OwedLanes<Key, Item>;
  readonly carry: (item: Item) => Promise<boolean>;
  readonly startTimer?: StartTimer;
  readonly onError?: (what: string, error: unknown) => void;
}): Carrier {
  const { owed, carry, onError } = options;
  const startTimer = options.startTimer ?? startRealTimer;
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, () => void>();
  const failures = new Map<string, number>();
  /** Carried, but still on disk: letting go of them failed. */
  const undropped = new Map<string, Key[]>();
  let closed = false;

  function pump(): void {
    if (closed) return;
    for (const lane of owed.lanes()) if (!running.has(lane) && !waiting.has(lane)) start(lane);
  }

  function start(lane: string): void {
    const work = run(lane)
      .catch((error: unknown) => {
        onError?.(`carrying what is owed to ${lane}`, error);
        rest(lane);
      })
      .finally(() => {
        running.delete(lane);
        // What became owed after the last look.
        if (!closed && !waiting.has(lane) && owed.next(lane, 1).length > 0) start(lane);
      });
    running.set(lane, work);
  }

  /** Empties a lane, or leaves it to a timer at the first failure. */
  async function run(lane: string): Promise<void> {
    while (!closed) {
      await dropCarried(lane);
      const batch = owed.next(lane, BATCH);
      if (batch.length === 0) return;
      const done: Key[] = [];
      undropped.set(lane, done);
      let isDown = false;
      for (const { key, item } of batch) {
        if (closed) break;
        if (!(await carry(item))) {
          isDown = true;
          break;
        }
        done.push(key);
        failures.delete(lane);
      }
      await dropCarried(lane);
      if (isDown) return rest(lane);
    }
  }

  /** A full disk must not make what was carried be carried again and again. */
  async function dropCarried(lane: string): Promise<void> {
    const done = undropped.get(lane) ?? [];
    if (done.length > 0) await owed.drop(done);
    undropped.delete(lane);
  }

  function rest(lane: string): void {
    if (closed) return;
    const failed = (failures.get(lane) ?? 0) + 1;
    failures.set(lane, failed);
    const wait = Math.min(FIRST_WAIT * 2 ** (failed - 1), LONGEST_WAIT);
    const cancel = startTimer(() => {
      waiting.delete(lane);
      if (!closed && !running.has(lane)) start(lane);
    }, wait);
    waiting.set(lane, cancel);
  }

  owed.onOwed(pump);
  pump();

  return {
    async close() {
      closed = true;
      for (const cancel of waiting.values()) cancel();
      waiting.clear();
      await Promise.all(running.values());
    },
  };
}

const startRealTimer: StartTimer = (run, milliseconds) => {
  const timer = setTimeout(run, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
};
