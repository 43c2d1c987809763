import { describe, expect, it } from 'vitest';
import { TimeSlices } from './time-slices.ts';

const DAY = 86_400_000;
const all = (slices: TimeSlices, count: number) => {
  const found = [];
  for (let slice = slices.next(); slice; slice = slices.next()) {
    found.push(slice);
    slices.met(count, 1000);
  }
  return found;
};

describe.each(['ascending', 'descending'] as const)('slices, %s', (order) => {
  it.each([0, 700, 10_000])(
    'cover the whole range without a gap or an overlap at %i events each',
    (count) => {
      const found = all(new TimeSlices({ start: 17, end: 17 + DAY, order }), count);
      const inOrder = order === 'ascending' ? found : found.toReversed();
      expect(inOrder[0]?.start).toBe(17);
      expect(inOrder.at(-1)?.end).toBe(17 + DAY);
      for (const [index, slice] of inOrder.slice(1).entries())
        expect(slice.start).toBe(inOrder[index]!.end + 1);
    },
  );

  it('cross empty years in a few steps', () => {
    expect(all(new TimeSlices({ start: 0, end: 3650 * DAY, order }), 0).length).toBeLessThan(12);
  });

  it('begin behind a cursor', () => {
    const after = { time: DAY, eventId: 'a' };
    const found = all(new TimeSlices({ start: 0, end: 2 * DAY, order, after }), 0);
    const [first, last] = [found[0]!, found.at(-1)!];
    if (order === 'ascending') expect([first.start, last.end]).toEqual([DAY, 2 * DAY]);
    else expect([last.start, first.end]).toEqual([0, DAY]);
  });
});

it('of a range that is empty there are none', () => {
  expect(new TimeSlices({ start: 5, end: 4, order: 'ascending' }).next()).toBeUndefined();
});
