/** How many may wait; without it all do. */
export interface Queueing {
  readonly most: number;
  /** The error for those that would wait behind so many. */
  readonly refuse: () => Error;
}

/** Lets only so many pieces of work run at one time; the others wait in their order. */
export class Slots {
  #free: number;
  readonly #queueing: Queueing | undefined;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number, queueing?: Queueing) {
    this.#free = count;
    this.#queueing = queueing;
  }

  /** Runs `work` when it is its turn. @throws what `refuse` makes, at once, when too many wait */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free--;
    else if (this.#queueing && this.#waiting.length >= this.#queueing.most) throw this.#queueing.refuse();
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place is handed on, not freed: nobody may slip in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
