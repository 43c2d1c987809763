import { createHash } from 'node:crypto';

/** Length of an id's key in 32-bit words: two of kind and account, four of id. */
export const KEY_WORDS = 6;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Writes the fixed-length key of an account's event id to `words` at `offset`: the UUID's own bits, or 128 bits of
 * the SHA-256 of any other id. Nothing is mixed or shortened further: a wrong "seen already" would lose an event.
 */
export function writeIdKey(account: string, eventId: string, words: Uint32Array, offset: number): void {
  const number = Number(account);
  const isUuid = UUID.test(eventId);
  words[offset] = (isUuid ? 0x1000000 : 0x2000000) + Math.floor(number / 2 ** 32);
  words[offset + 1] = number % 2 ** 32;
  if (isUuid) {
    words[offset + 2] = Number.parseInt(eventId.slice(0, 8), 16);
    words[offset + 3] = Number.parseInt(eventId.slice(9, 13) + eventId.slice(14, 18), 16);
    words[offset + 4] = Number.parseInt(eventId.slice(19, 23) + eventId.slice(24, 28), 16);
    words[offset + 5] = Number.parseInt(eventId.slice(28), 16);
  } else {
    const hash = createHash('sha256').update(eventId).digest();
    for (let word = 0; word < 4; word++) words[offset + 2 + word] = hash.readUInt32BE(word * 4);
  }
}

/** The key as bytes, ordered as the words are. */
export function keyBytes(words: Uint32Array, offset: number): Buffer {
  const bytes = Buffer.allocUnsafe(KEY_WORDS * 4);
  for (let word = 0; word < KEY_WORDS; word++) bytes.writeUInt32BE(words[offset + word]!, word * 4);
  return bytes;
}
