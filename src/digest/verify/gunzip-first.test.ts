import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { gunzipFirst, gunzipFirstInPieces } from './gunzip-first.ts';

const text = 'one record after another, '.repeat(200);
const whole = gzipSync(text);

const cases: readonly [name: string, bytes: Uint8Array, ending: string, content: string][] = [
  ['a whole member', whole, 'whole', text],
  ['an empty member', gzipSync(''), 'whole', ''],
  ['two members', Buffer.concat([whole, whole]), 'trailing', text],
  ['an empty member before another', Buffer.concat([gzipSync(''), whole]), 'trailing', ''],
  ['a member before an empty one', Buffer.concat([whole, gzipSync('')]), 'trailing', text],
  ['a member and the first byte of another', Buffer.concat([whole, whole.subarray(0, 1)]), 'trailing', text],
  ['a member and more bytes', Buffer.concat([whole, Buffer.from([0])]), 'trailing', text],
  ['a member without its trailer', whole.subarray(0, -8), 'cut', text],
  ['a member without half its trailer', whole.subarray(0, -4), 'cut', text],
  ['nothing', new Uint8Array(), 'cut', ''],
  ['one byte', whole.subarray(0, 1), 'cut', ''],
  ['half a header', whole.subarray(0, 5), 'cut', ''],
  ['a header alone', whole.subarray(0, 10), 'cut', ''],
];

describe('both ways of inflating', () => {
  test.each(cases)('agree on %s', async (_, bytes, ending, content) => {
    const inflated = gunzipFirst(bytes, 1e6);
    expect(inflated).toMatchObject({ ending, size: content.length });
    expect(inflated.content.toString()).toBe(content);
    const pieces: Buffer[] = [];
    expect(await gunzipFirstInPieces(bytes, 1e6, (piece) => pieces.push(Buffer.from(piece)))).toEqual({
      ending,
      size: content.length,
    });
    expect(Buffer.concat(pieces).toString()).toBe(content);
  });

  test.each([
    ['another magic', 0],
    ['another method', 2],
    ['the checksum changed', whole.length - 7],
    ['the length changed', whole.length - 1],
  ])('refuse %s', async (_, at) => {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 0x55;
    const damaged = expect.objectContaining({ code: 'damaged' });
    expect(() => gunzipFirst(bytes, 1e6)).toThrow(damaged);
    await expect(gunzipFirstInPieces(bytes, 1e6, () => undefined)).rejects.toThrow(damaged);
  });

  test('stop at a bomb, whatever size its trailer claims', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    bomb.writeUInt32LE(10, bomb.length - 4);
    const tooLarge = expect.objectContaining({ code: 'too-large' });
    expect(() => gunzipFirst(bomb, 1e6)).toThrow(tooLarge);
    let taken = 0;
    const count = (piece: Buffer) => {
      taken += piece.length;
    };
    await expect(gunzipFirstInPieces(bomb, 1e6, count)).rejects.toThrow(tooLarge);
    expect(taken).toBeLessThanOrEqual(1e6);
  });
});

test('a large content goes through in pieces, with the hash of the whole', async () => {
  const content = Buffer.alloc(5_000_000, 'abc');
  const hash = createHash('sha256');
  await gunzipFirstInPieces(gzipSync(content), 1e7, (piece) => hash.update(piece));
  expect(hash.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'));
});
