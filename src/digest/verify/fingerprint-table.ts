/** 32-bit words of a slot: the fingerprint's two, then owner + 1, where 0 is an empty slot. */
const WORDS = 3;
const OWNER = 2;
/** Memory that was never written to is none: only what the entries touch counts. */
const FIRST_SLOTS = 2 ** 18;

/**
 * Remembers 64-bit fingerprints and who brought each, in 12 bytes a slot: millions fit where a Set would not. Open
 * addressing; grows by fours until `maxSlots`, then takes no more and says so.
 */
export class FingerprintTable {
  readonly #maxSlots: number;
  #slots: number;
  /** One array, so that a look at a slot is one look at the memory. */
  #words: Uint32Array;
  #size = 0;
  #isFull = false;

  /** @param maxSlots A power of two; three quarters of it can be filled. Default 2^24: 12 million entries, 200 MB. */
  constructor(maxSlots: number = 2 ** 24) {
    this.#maxSlots = maxSlots;
    this.#slots = Math.min(FIRST_SLOTS, maxSlots);
    this.#words = new Uint32Array(WORDS * this.#slots);
  }

  get size(): number {
    return this.#size;
  }

  /** True once an entry was turned away. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Adds an entry, unless the fingerprint is known already. Answers who brought it first. */
  add(high: number, low: number, owner: number): number | undefined {
    let at = this.#find(high, low);
    const known = this.#words[at + OWNER] ?? 0;
    if (known > 0) return known - 1;
    if (this.#size >= this.#slots * 0.75) {
      if (this.#slots >= this.#maxSlots) {
        this.#isFull = true;
        return undefined;
      }
      this.#grow();
      at = this.#find(high, low);
    }
    this.#put(at, high, low, owner + 1);
    this.#size++;
    return undefined;
  }

  /** Who brought a fingerprint; undefined when nobody did. */
  get(high: number, low: number): number | undefined {
    const known = this.#words[this.#find(high, low) + OWNER] ?? 0;
    return known > 0 ? known - 1 : undefined;
  }

  /** Where the fingerprint's slot begins, or the empty slot that it would take. */
  #find(high: number, low: number): number {
    const words = this.#words;
    const end = words.length;
    let at = WORDS * ((Math.imul(high, 0x9e3779b1) ^ low) & (this.#slots - 1));
    while (words[at + OWNER] !== 0 && !(words[at] === high && words[at + 1] === low)) {
      at += WORDS;
      if (at === end) at = 0;
    }
    return at;
  }

  #put(at: number, high: number, low: number, owner: number): void {
    this.#words[at] = high;
    this.#words[at + 1] = low;
    this.#words[at + OWNER] = owner;
  }

  #grow(): void {
    const old = this.#words;
    this.#slots = Math.min(4 * this.#slots, this.#maxSlots);
    this.#words = new Uint32Array(WORDS * this.#slots);
    for (let from = 0; from < old.length; from += WORDS) {
      const owner = old[from + OWNER] ?? 0;
      if (owner === 0) continue;
      const [high, low] = [old[from] ?? 0, old[from + 1] ?? 0];
      this.#put(this.#find(high, low), high, low, owner);
    }
  }
}
