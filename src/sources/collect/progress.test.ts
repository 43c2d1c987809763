import { expect, it } from 'vitest';
import { Progress } from './progress.ts';

it('tells what is left of a back-fill from the days that are behind, while the files are still being found', () => {
  let now = 1_000_000;
  const progress = new Progress(() => now);
  progress.days({ planned: 5, passed: 5 });
  expect(progress.status()).toBeUndefined();
  progress.ask(0, 10);
  progress.days({ planned: 40 });
  progress.found(3, 'back');
  now += 10_000;
  expect(progress.status()).toMatchObject({ files: 3, filesDone: 0, done: false });
  expect(progress.status()).not.toHaveProperty('remaining');
  progress.days({ passed: 10 });
  expect(progress.status()).toMatchObject({ remaining: 30_000 });
  now += 10_000;
  progress.days({ passed: 30 });
  expect(progress.status()).toMatchObject({ remaining: 0, done: false });
  progress.end();
  expect(progress.status()).toMatchObject({ remaining: 0, rate: 0, done: true });
});
