/** Lets a few pieces of work run at once, and a few more wait, in order of arrival. */
export class Turnstile {
  readonly #running: number;
  readonly #maxWaiting: number;
  readonly #refuse: () => Error;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  /** `refuse` makes the error for those that would wait behind too many. */
  constructor(running: number, waiting: number, refuse: () => Error) {
    this.#running = running;
    this.#maxWaiting = waiting;
    this.#refuse = refuse;
  }

  /** Runs `work` when it is its turn. @throws what `refuse` makes, at once, when too many wait. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy < this.#running) this.#busy++;
    else if (this.#waiting.length >= this.#maxWaiting) throw this.#refuse();
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place is handed on, not freed: nobody may slip in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#busy--;
    }
  }
}
