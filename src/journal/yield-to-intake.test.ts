import { expect, it } from 'vitest';
import type { Journal } from './journal.ts';
import { yieldToIntake } from './yield-to-intake.ts';

/** A journal that only has a head and listeners, a clock, and a sleep that moves both on. */
function setUp(bytesPerMillisecond: () => number) {
  let time = 0;
  let bytes = 0;
  let listener = () => {};
  let slept = 0;
  const journal = {
    head: () => ({ seq: 0, bytes }),
    onAppend: (given: () => void) => {
      listener = given;
      return () => {};
    },
    read: async () => ({ from: { seq: 0, bytes: 0 }, next: { seq: 0, bytes: 0 }, events: [] }),
  } as unknown as Journal;
  const pass = (milliseconds: number) => {
    for (let step = 0; step < milliseconds; step += 50) {
      time += 50;
      bytes += bytesPerMillisecond() * 50;
      listener();
    }
  };
  const sleep = async (milliseconds: number) => {
    slept += milliseconds;
    pass(milliseconds);
  };
  const patient = yieldToIntake(journal, { now: () => time, sleep });
  return { patient, pass, slept: () => slept };
}

const ALL = { maxBytes: 1 };

it('lets readers go on at once under a steady load', async () => {
  const { patient, pass, slept } = setUp(() => 25_000);
  pass(1_000);
  await patient.read(0, ALL);
  expect(slept()).toBe(0);
});

it('makes readers wait for the end of a burst', async () => {
  let rate = 70_000;
  const { patient, pass, slept } = setUp(() => rate);
  pass(1_000);
  const reading = patient.read(0, ALL);
  rate = 0;
  await reading;
  expect(slept()).toBeGreaterThan(0);
  expect(slept()).toBeLessThan(1_000);
});

it('makes them wait no longer than ten seconds, however long the burst', async () => {
  const { patient, pass, slept } = setUp(() => 70_000);
  pass(1_000);
  await patient.read(0, ALL);
  expect(slept()).toBeGreaterThan(8_000);
  expect(slept()).toBeLessThan(10_500);
  await patient.read(0, ALL);
  expect(slept()).toBeLessThan(10_500);
});
