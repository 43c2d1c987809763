import type { Lane } from '../fetch/index.ts';

interface Waiting {
  readonly bytes: number;
  readonly start: () => void;
}

/** What a file counts for whose size nobody has said; few are larger. */
const UNKNOWN_BYTES = 1 << 20;

/**
 * Lets so many files, and so many bytes of them, be under way at once; fresh ones go before those of a back-fill. A file
 * larger than the whole share goes alone.
 */
export class Lanes {
  readonly #most: number;
  readonly #maxBytes: number;
  readonly #queues: Readonly<Record<Lane, Waiting[]>> = { fresh: [], back: [] };
  #parallel: number;
  #running = 0;
  #bytes = 0;
  #good = 0;

  constructor(parallel: number, maxBytes: number) {
    this.#most = parallel;
    this.#parallel = parallel;
    this.#maxBytes = maxBytes;
  }

  async run<T>(lane: Lane, bytes: number, work: () => Promise<T>): Promise<T> {
    const share = Math.min(bytes < 0 ? UNKNOWN_BYTES : bytes, this.#maxBytes);
    await new Promise<void>((start) => {
      this.#queues[lane].push({ bytes: share, start });
      this.#next();
    });
    try {
      return await work();
    } finally {
      this.#running--;
      this.#bytes -= share;
      this.#next();
    }
  }

  /** The bucket asked for less: half as many at once. */
  slower(): void {
    this.#parallel = Math.max(1, Math.floor(this.#parallel / 2));
    this.#good = 0;
  }

  /** A request went well; after some of them there may be one more at once. */
  faster(): void {
    if (this.#parallel >= this.#most || ++this.#good < 20) return;
    this.#good = 0;
    this.#parallel++;
    this.#next();
  }

  #next(): void {
    while (this.#running < this.#parallel) {
      const queue = this.#queues.fresh.length > 0 ? this.#queues.fresh : this.#queues.back;
      const first = queue[0];
      if (!first || (this.#bytes > 0 && this.#bytes + first.bytes > this.#maxBytes)) return;
      queue.shift();
      this.#running++;
      this.#bytes += first.bytes;
      first.start();
    }
  }
}
