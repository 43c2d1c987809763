import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KEY_BYTES, writeRecordKey } from './record-key.ts';

function keyOf(id: string, time?: number): Buffer {
  const key = Buffer.alloc(KEY_BYTES);
  writeRecordKey(id, time, key, 0);
  return key;
}

const hashed = (id: string) => createHash('sha256').update(id).digest().subarray(0, 16);

test('a key holds the time in seconds, and the bits of a UUID', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.nat(), (id, time) => {
      expect(keyOf(id, time).readUInt32BE(0)).toBe(Math.floor(time / 1000));
      expect(keyOf(id, time).subarray(4).toString('hex')).toBe(id.replaceAll('-', ''));
    }),
  );
  expect(keyOf('a').readUInt32BE(0)).toBe(0);
  expect(keyOf('a', -5).readUInt32BE(0)).toBe(0);
  expect(keyOf('a', 8.64e15).readUInt32BE(0)).toBe(0xffffffff);
});

test('a text that only looks like a UUID is hashed, whichever of its characters is odd', () => {
  const id = '01234567-89ab-cdef-0123-456789abcdef';
  for (let at = 0; at < id.length; at++) {
    // The second is a digit plus 128, the third one plus 256.
    for (const odd of ['A', '\u00b0', '\u0131', 'g', '/', ':', '`', '_', '\u0000', '\uffff']) {
      const text = id.slice(0, at) + odd + id.slice(at + 1);
      expect(keyOf(text).subarray(4).equals(hashed(text)), text).toBe(true);
    }
  }
  for (const text of [id.slice(1), `${id}0`, '', id.replaceAll('-', '0')]) {
    expect(keyOf(text).subarray(4).equals(hashed(text))).toBe(true);
  }
});
