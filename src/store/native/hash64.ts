/** 64 bits as two unsigned halves: a BigInt for each index row would cost more than the hash. */
export interface Hash64 {
  readonly high: number;
  readonly low: number;
}

/**
 * A 64-bit hash of a seed, a number and a string (two multiplicative lanes over its UTF-16 units, Murmur's final
 * mix). It is part of the format on disk: never change it without a new table.
 *
 * Not cryptographic: whoever may write events can make two values collide. So every event found through the
 * index is read and compared with the asked value again, and the account is a condition of its own.
 */
export function hash64(seed: Hash64, code: number, text: string): Hash64 {
  let low = seed.low ^ 0xdeadbeef ^ code;
  let high = seed.high ^ 0x41c6ce57 ^ Math.imul(code, 0x9e3779b1);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return { high: high >>> 0, low: low >>> 0 };
}

/** As a decimal number for SQL. */
export function toDecimal(hash: Hash64): string {
  return ((BigInt(hash.high) << 32n) | BigInt(hash.low)).toString();
}
