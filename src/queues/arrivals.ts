/** Waits; tests hand in one that they drive. Answers a function that calls it off. */
export type StartTimer = (run: () => void, milliseconds: number) => () => void;

/** A timer that does not keep the process alive. */
export const startRealTimer: StartTimer = (run, milliseconds) => {
  const timer = setTimeout(run, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
};

/** Receivers that wait for a queue's next message, each woken by a change or by its own timer. */
export class Arrivals {
  readonly #waiting = new Map<number, Set<() => void>>();
  readonly #startTimer: StartTimer;

  constructor(startTimer: StartTimer) {
    this.#startTimer = startTimer;
  }

  /** Receivers that wait at the queue. */
  count(queue: number): number {
    return this.#waiting.get(queue)?.size ?? 0;
  }

  /** Resolves at the queue's next change, after `milliseconds`, or when `onGone` calls: whatever is first. */
  async wait(queue: number, milliseconds: number, onGone?: (run: () => void) => () => void): Promise<void> {
    const waiting = this.#waiting.get(queue) ?? new Set();
    this.#waiting.set(queue, waiting);
    await new Promise<void>((done) => {
      let cancel: (() => void) | undefined;
      let forget: (() => void) | undefined;
      const finish = () => {
        cancel?.();
        forget?.();
        waiting.delete(finish);
        if (waiting.size === 0 && this.#waiting.get(queue) === waiting) this.#waiting.delete(queue);
        done();
      };
      waiting.add(finish);
      cancel = this.#startTimer(finish, milliseconds);
      forget = onGone?.(finish);
    });
  }

  /** Tells the receivers of a queue that something has changed. */
  announce(queue: number): void {
    for (const wake of [...(this.#waiting.get(queue) ?? [])]) wake();
  }

  /** Lets everybody go. */
  close(): void {
    for (const queue of [...this.#waiting.keys()]) this.announce(queue);
  }
}
