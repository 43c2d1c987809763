/** Smaller blocks are not worth keeping their memory; nearly all others of a large file fit into this. */
const LEAST = 1 << 18;
const USUAL = 3 << 19;

/**
 * Memory of blocks that are done with. It goes back and forth between the thread that reads files and the one that
 * commits them: a new piece for each block would make the runtime look for garbage in all it holds after every 60 MB.
 * A piece belongs to one side at a time, and whoever still looks at one that was handed on sees nothing at all.
 */
export class BlockMemory {
  readonly #spare: ArrayBuffer[] = [];
  readonly #most: number;

  /** `most`: pieces that are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** So many bytes; what they hold is left over from others. */
  take(bytes: number): Buffer<ArrayBuffer> {
    if (bytes < LEAST) return Buffer.from(new ArrayBuffer(bytes));
    const spare = bytes <= USUAL ? this.#spare.pop() : undefined;
    return Buffer.from(spare ?? new ArrayBuffer(Math.max(bytes, USUAL)), 0, bytes);
  }

  /** Keeps what can be used again; its owner no longer looks at it. */
  add(pieces: Iterable<ArrayBuffer>): void {
    for (const piece of pieces) {
      if (piece.byteLength === USUAL && this.#spare.length < this.#most) this.#spare.push(piece);
    }
  }

  /** Hands some of it over. */
  give(pieces: number): ArrayBuffer[] {
    return this.#spare.splice(0, pieces);
  }
}
