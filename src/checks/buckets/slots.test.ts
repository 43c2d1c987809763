import { expect, test } from 'vitest';
import { Slots } from './slots.ts';

test('no more than its count runs at one time, also after a piece of work has failed', async () => {
  const slots = new Slots(2);
  let running = 0;
  let most = 0;
  const work = async (at: number) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (at % 3 === 0) throw new Error('failed');
    return at;
  };
  const ends = await Promise.allSettled(Array.from({ length: 20 }, (_, at) => slots.run(() => work(at))));
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(13);
  expect(most).toBe(2);
});
