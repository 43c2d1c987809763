/**
 * Remembers 64-bit fingerprints and who brought each, in 12 bytes a slot: millions fit where a Set would not. Open
 * addressing; grows by doubling until `maxSlots`, then takes no more and says so.
 */
export class FingerprintTable {
  readonly #maxSlots: number;
  #slots: number;
  #high: Uint32Array;
  #low: Uint32Array;
  /** Owner + 1; 0 is an empty slot. */
  #owners: Uint32Array;
  #size = 0;
  #isFull = false;

  /** @param maxSlots A power of two; three quarters of it can be filled. Default 2^24: 12 million entries, 200 MB. */
  constructor(maxSlots: number = 2 ** 24) {
    this.#maxSlots = maxSlots;
    this.#slots = Math.min(1024, maxSlots);
    [this.#high, this.#low, this.#owners] = emptySlots(this.#slots);
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
    let slot = this.#find(high, low);
    const known = this.#owners[slot] ?? 0;
    if (known > 0) return known - 1;
    if (this.#size >= this.#slots * 0.75) {
      if (this.#slots >= this.#maxSlots) {
        this.#isFull = true;
        return undefined;
      }
      this.#grow();
      slot = this.#find(high, low);
    }
    this.#put(slot, high, low, owner + 1);
    this.#size++;
    return undefined;
  }

  /** Who brought a fingerprint; undefined when nobody did. */
  get(high: number, low: number): number | undefined {
    const known = this.#owners[this.#find(high, low)] ?? 0;
    return known > 0 ? known - 1 : undefined;
  }

  #find(high: number, low: number): number {
    const mask = this.#slots - 1;
    let slot = (Math.imul(high, 0x9e3779b1) ^ low) & mask;
    while (this.#owners[slot] !== 0 && !(this.#high[slot] === high && this.#low[slot] === low)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #put(slot: number, high: number, low: number, owner: number): void {
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#owners[slot] = owner;
  }

  #grow(): void {
    const [high, low, owners] = [this.#high, this.#low, this.#owners];
    this.#slots *= 2;
    [this.#high, this.#low, this.#owners] = emptySlots(this.#slots);
    for (let old = 0; old < owners.length; old++) {
      const owner = owners[old] ?? 0;
      if (owner === 0) continue;
      const [h, l] = [high[old] ?? 0, low[old] ?? 0];
      this.#put(this.#find(h, l), h, l, owner);
    }
  }
}

function emptySlots(slots: number): [Uint32Array, Uint32Array, Uint32Array] {
  return [new Uint32Array(slots), new Uint32Array(slots), new Uint32Array(slots)];
}
