import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gunzipWhole } from './gunzip-whole.ts';

const roomFor = (bytes: number) => Buffer.alloc(bytes, 0xee);

test.each([
  ['nothing', ''],
  ['a few bytes', 'abc'],
  ['much of the same', 'abc'.repeat(100_000)],
])('inflates %s', (_, text) => {
  expect(gunzipWhole(gzipSync(text), 1e6, roomFor)?.toString()).toBe(text);
});

test('is as good as before after every kind of bad object', () => {
  const whole = gzipSync('one record');
  const damaged = Buffer.from(whole);
  damaged[12] = 0xff;
  for (const bad of [damaged, whole.subarray(0, -1), Buffer.concat([whole, whole]), whole.subarray(0, 3)]) {
    expect(gunzipWhole(bad, 1e6, roomFor)).toBeUndefined();
    expect(gunzipWhole(whole, 1e6, roomFor)?.toString()).toBe('one record');
  }
});

test('leaves what is too long, or longer than it says, to others', () => {
  const long = gzipSync('abc'.repeat(1000));
  expect(gunzipWhole(long, 2999, roomFor)).toBeUndefined();
  expect(gunzipWhole(long, 3000, roomFor)?.length).toBe(3000);
  long.writeUInt32LE(2999, long.length - 4);
  expect(gunzipWhole(long, 1e6, roomFor)).toBeUndefined();
});
