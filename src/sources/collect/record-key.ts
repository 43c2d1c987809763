import { createHash } from 'node:crypto';

/** Bytes of a record's key: four of its time, sixteen of its id. */
export const KEY_BYTES = 20;

/** Characters of a UUID; the places of its dashes. */
const UUID = 36;
const DASH = 0x2d;
/** Values of hexadecimal digits in small letters by their ASCII; of all others one that no digit has. */
const DIGITS = new Uint8Array(128).fill(0xff);
for (const [value, digit] of [...'0123456789abcdef'].entries()) DIGITS[digit.charCodeAt(0)] = value;

/**
 * Writes the key by which a record is known again: `eventTime` in whole seconds, then the UUID's own bits, or 128 bits
 * of the SHA-256 of any other id. Nothing is shortened further: a wrong "seen already" would lose an event.
 *
 * The time stands first because two deliveries of one event bear the same time, and because what arrives together then
 * lies together: remembering an event touches pages that are in memory, however many years are remembered.
 */
export function writeRecordKey(
  eventId: string,
  time: number | undefined,
  into: Buffer,
  offset: number,
): void {
  const seconds = time === undefined ? 0 : Math.min(Math.max(Math.floor(time / 1000), 0), 0xffffffff);
  into.writeUInt32BE(seconds, offset);
  if (writeUuid(eventId, into, offset + 4)) return;
  createHash('sha256')
    .update(eventId)
    .digest()
    .copy(into, offset + 4, 0, 16);
}

/** Of a UUID in small letters; false for any other text, which another UUID's bits must never stand for. */
function writeUuid(text: string, into: Buffer, offset: number): boolean {
  if (text.length !== UUID) return false;
  let end = offset;
  let odd = 0;
  for (let at = 0; at < UUID; at += 2) {
    if (at === 8 || at === 13 || at === 18 || at === 23) if (text.charCodeAt(at++) !== DASH) return false;
    const high = text.charCodeAt(at);
    const low = text.charCodeAt(at + 1);
    const [highValue, lowValue] = [DIGITS[high & 127]!, DIGITS[low & 127]!];
    odd |= ((high | low) >> 7) | ((highValue | lowValue) & 0xf0);
    into[end++] = (highValue << 4) | lowValue;
  }
  return odd === 0;
}
