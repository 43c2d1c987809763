import { createHash } from 'node:crypto';

/** Bytes of a record's key: four of its time, sixteen of its id. */
export const KEY_BYTES = 20;

/** Characters of a UUID; the places of its dashes. */
const UUID = 36;
const DASH = 0x2d;

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
  for (let at = 0; at < UUID; at += 2) {
    if (at === 8 || at === 13 || at === 18 || at === 23) if (text.charCodeAt(at++) !== DASH) return false;
    const high = hexOf(text.charCodeAt(at));
    const low = hexOf(text.charCodeAt(at + 1));
    if (high === -1 || low === -1) return false;
    into[end++] = (high << 4) | low;
  }
  return true;
}

function hexOf(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  return unit >= 0x61 && unit <= 0x66 ? unit - 0x57 : -1;
}
