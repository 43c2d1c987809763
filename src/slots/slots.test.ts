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

test('what would wait behind too many is refused at once, and the others have their turn', async () => {
  const slots = new Slots(1, { most: 1, refuse: () => new Error('busy') });
  const order: number[] = [];
  let end = () => {};
  const first = slots.run(async () => {
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    order.push(1);
  });
  const second = slots.run(async () => order.push(2));
  await expect(slots.run(async () => order.push(3))).rejects.toThrow('busy');
  end();
  await Promise.all([first, second]);
  expect(order).toEqual([1, 2]);
  expect(await slots.run(async () => 'free')).toBe('free');
});
