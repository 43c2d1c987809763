import { createHash } from 'node:crypto';

/** Bytes of a record's key: four of its time, sixteen of its id. */
export const KEY_BYTES = 20;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

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
  if (UUID.test(eventId)) into.write(eventId.replaceAll('-', ''), offset + 4, 16, 'hex');
  else
    createHash('sha256')
      .update(eventId)
      .digest()
      .copy(into, offset + 4, 0, 16);
}
