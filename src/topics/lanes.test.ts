import { beforeEach, expect, it } from 'vitest';
import { Lanes } from './lanes.ts';
import type { Owed } from './owed.ts';

let clock: number;
let timers: { readonly run: () => void; readonly delay: number }[];
let ready: number;
let lanes: Lanes;

beforeEach(() => {
  clock = 1_000_000;
  timers = [];
  ready = 0;
  lanes = new Lanes({
    now: () => clock,
    startTimer: (run, delay) => {
      timers.push({ run, delay });
      return () => undefined;
    },
    onReady: () => ready++,
  });
});

function add(subscriptionArn: string, count: number, more: Partial<Owed> = {}): void {
  for (let n = 0; n < count; n++) {
    const id = `${subscriptionArn}-${n}`;
    const owed = { id, topicArn: 't', subscriptionArn, endpoint: '', headers: {}, body: '', failed: 0 };
    lanes.add({ ...owed, nextTryAt: clock, ...more });
  }
}

/** Takes all that may start now; answers how many of each. */
function takeAll() {
  const taken: { readonly id: string; readonly done: (isHealthy: boolean) => void }[] = [];
  for (let turn = lanes.take(); turn; turn = lanes.take()) {
    taken.push({ id: turn.owed.subscriptionArn, done: turn.done });
  }
  return taken;
}
const ids = (taken: readonly { readonly id: string }[]) => taken.map(({ id }) => id).join('');

it('takes turns, four at a time for each', () => {
  add('a', 9);
  add('b', 2);
  add('c', 1);
  expect(ids(takeAll())).toBe('abcabaa');
});

it('goes on in a lane when one of its tries is over', () => {
  add('a', 6);
  const [first] = takeAll();
  first!.done(true);
  expect(ids(takeAll())).toBe('a');
});

it('tries who is in trouble one at a time, and gives all such together half of the places', () => {
  for (let n = 0; n < 40; n++) add(`sick-${n}`, 1);
  for (const { done } of takeAll()) done(false);
  for (let n = 0; n < 40; n++) add(`sick-${n}`, 2);
  const tried = takeAll();
  expect(new Set(tried.map(({ id }) => id)).size).toBe(32);
  expect(tried).toHaveLength(32);
  add('well', 9);
  expect(ids(takeAll())).toBe('well'.repeat(4));
});

it('keeps the pace that a subscriber asks for', () => {
  add('a', 3, { perSecond: 2 });
  expect(takeAll()).toHaveLength(1);
  expect(timers.map(({ delay }) => delay)).toEqual([500]);
  clock += 500;
  timers.shift()!.run();
  expect(ready).toBe(1);
  expect(takeAll()).toHaveLength(1);
  expect(timers).toHaveLength(1);
});

it('keeps the pace over an idle moment', () => {
  add('a', 1, { perSecond: 1 });
  for (const { done } of takeAll()) done(true);
  add('a', 1, { perSecond: 1 });
  expect(takeAll()).toHaveLength(0);
  expect(timers.at(-1)?.delay).toBe(1_000);
});

it('starts nothing after its end', () => {
  add('a', 1);
  lanes.close();
  expect(takeAll()).toEqual([]);
});

it('takes who is well again as the others', () => {
  add('a', 6);
  for (const { done } of takeAll()) done(false);
  const [only, ...none] = takeAll();
  expect(none).toEqual([]);
  only!.done(true);
  add('a', 9);
  expect(takeAll()).toHaveLength(4);
});
