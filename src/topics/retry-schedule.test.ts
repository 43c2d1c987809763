import { expect, it } from 'vitest';
import {
  attemptsOf,
  HTTP_PHASES,
  PEOPLE_PHASES,
  QUEUE_PHASES,
  type RetryPhases,
  retryDelay,
  totalSeconds,
} from './retry-schedule.ts';

const delaysOf = (phases: RetryPhases) =>
  Array.from({ length: Math.min(attemptsOf(phases), 60) - 1 }, (_, n) => retryDelay(n + 1, phases)! / 1_000);

it('has the documented phases for queues and for people', () => {
  expect([attemptsOf(QUEUE_PHASES), attemptsOf(PEOPLE_PHASES)]).toEqual([100_016, 51]);
  expect(delaysOf(QUEUE_PHASES).slice(0, 6)).toEqual([0, 0, 0, 1, 1, 1]);
  expect(delaysOf(QUEUE_PHASES).slice(14, 17)).toEqual([20, 20, 20]);
  expect(delaysOf(PEOPLE_PHASES).slice(0, 3)).toEqual([10, 10, 10]);
  expect(totalSeconds(QUEUE_PHASES) / 86_400).toBeCloseTo(23.1, 0);
  expect(totalSeconds(PEOPLE_PHASES) / 3_600).toBeGreaterThan(6);
});

it('ends', () => {
  for (const phases of [HTTP_PHASES, PEOPLE_PHASES, QUEUE_PHASES]) {
    expect(retryDelay(attemptsOf(phases) - 1, phases)).toBeDefined();
    expect(retryDelay(attemptsOf(phases), phases)).toBeUndefined();
  }
});

it.each([
  ['linear', [10, 20, 30, 40, 50]],
  ['arithmetic', [10, 14, 22, 34, 50]],
  ['geometric', [10, 12.667, 18, 28.667, 50]],
  ['exponential', [10, 14.953, 22.361, 33.437, 50]],
] as const)('grows in the %s way from the least to the most', (growth, expected) => {
  const phases = { immediate: 1, early: 1, backOff: 5, late: 1, least: 10_000, most: 50_000, growth };
  expect(delaysOf(phases)).toEqual([0, 10, ...expected, 50]);
});

it('waits the least where the back-off has one step', () => {
  const phases = { immediate: 0, early: 0, backOff: 1, late: 0, least: 5_000, most: 9_000 } as const;
  expect(delaysOf({ ...phases, growth: 'geometric' })).toEqual([5]);
});
