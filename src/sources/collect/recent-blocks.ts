/**
 * The blocks that were committed last, while they are still in memory: whoever reads right behind the head need not have
 * them copied from the disk again.
 */
export class RecentBlocks {
  readonly #blocks = new Map<number, Buffer>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** In the order of the log; nobody writes to the block after this. */
  add(seq: number, block: Buffer): void {
    this.#blocks.set(seq, block);
    this.#bytes += block.length;
    for (const oldest of this.#blocks.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#forget(oldest);
    }
  }

  get(seq: number): Buffer | undefined {
    return this.#blocks.get(seq);
  }

  /** Lets go of the blocks whose first number is before this one. */
  forgetBefore(seq: number): void {
    for (const first of this.#blocks.keys()) {
      if (first >= seq) return;
      this.#forget(first);
    }
  }

  #forget(seq: number): void {
    this.#bytes -= this.#blocks.get(seq)?.length ?? 0;
    this.#blocks.delete(seq);
  }
}
