import { expect, test } from 'vitest';
import { quietHoursOf } from './quiet-hours.ts';

const HOUR = 3_600_000;
const hours = (count: number, files: number, changes: Readonly<Record<number, number>> = {}) =>
  Uint32Array.from({ length: count }, (_, at) => changes[at] ?? files);

test.each([
  [
    'a busy Region that falls silent for two hours',
    hours(48, 5, { 7: 0, 8: 0, 20: 0 }),
    [
      [7, 9, 5],
      [20, 21, 5],
    ],
  ],
  ['a busy Region that does not', hours(48, 5), []],
  ['a Region with few files an hour', hours(48, 2, { 7: 0 }), []],
  [
    'a Region that is silent every night',
    hours(48, 5, Object.fromEntries([0, 1, 2, 3, 4, 24, 25, 26].map((at) => [at, 0]))),
    [],
  ],
  ['less than a day', hours(23, 5, { 7: 0 }), []],
  ['nothing', hours(0, 0), []],
])('%s', (_name, counts, expected) => {
  const found = quietHoursOf(counts, 100).map(({ from, to, usual }) => [
    from / HOUR - 100,
    to / HOUR - 100,
    usual,
  ]);
  expect(found).toEqual(expected);
});
