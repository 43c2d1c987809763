import { randomInt } from 'node:crypto';
import { KEY_WORDS } from './id-key.ts';

/** A set of id keys in flat memory: 24 bytes a slot, at most half of the slots used. */
export class IdTable {
  #slots: Uint32Array;
  #mask: number;
  #size = 0;
  // Secret and odd, so that nobody can choose ids that all fall on one slot.
  readonly #seeds = Array.from({ length: 4 }, () => randomInt(2 ** 32) | 1);

  constructor(capacity: number) {
    let slots = 1024;
    while (slots < capacity * 2) slots *= 2;
    this.#slots = new Uint32Array(slots * KEY_WORDS);
    this.#mask = slots - 1;
  }

  get size(): number {
    return this.#size;
  }

  has(words: Uint32Array, offset: number): boolean {
    return this.#slots[this.#find(words, offset)] !== 0;
  }

  /** Adds a key; no effect when it is there. Grows when half full. */
  add(words: Uint32Array, offset: number): void {
    if (this.#size * 2 > this.#mask) this.#grow();
    const slot = this.#find(words, offset);
    if (this.#slots[slot] !== 0) return;
    for (let word = 0; word < KEY_WORDS; word++) this.#slots[slot + word] = words[offset + word]!;
    this.#size++;
  }

  /** Calls `act` with each key's place. */
  forEach(act: (words: Uint32Array, offset: number) => void): void {
    for (let slot = 0; slot < this.#slots.length; slot += KEY_WORDS) {
      // A key's first word holds its kind: never 0.
      if (this.#slots[slot] !== 0) act(this.#slots, slot);
    }
  }

  /** The slot of the key, or the free one where it belongs. */
  #find(words: Uint32Array, offset: number): number {
    let hash = words[offset + 1]!;
    for (let word = 0; word < 4; word++) {
      hash = Math.imul(hash ^ words[offset + 2 + word]!, this.#seeds[word]!);
      hash ^= hash >>> 15;
    }
    for (let at = hash & this.#mask; ; at = (at + 1) & this.#mask) {
      const slot = at * KEY_WORDS;
      if (this.#slots[slot] === 0 || this.#equals(slot, words, offset)) return slot;
    }
  }

  #equals(slot: number, words: Uint32Array, offset: number): boolean {
    for (let word = KEY_WORDS - 1; word >= 0; word--) {
      if (this.#slots[slot + word] !== words[offset + word]) return false;
    }
    return true;
  }

  #grow(): void {
    const larger = new IdTable(this.#mask + 1);
    larger.#seeds.splice(0, 4, ...this.#seeds);
    this.forEach((words, offset) => {
      larger.add(words, offset);
    });
    this.#slots = larger.#slots;
    this.#mask = larger.#mask;
  }
}
