import { expect, it } from 'vitest';
import { DayCount } from './day-count.ts';

it('counts the days of a folder by its keys, each once', () => {
  const told: number[] = [];
  const days = new DayCount(20_454, 20_464, (count) => told.push(count));
  const key = (date: string) =>
    `AWSLogs/111122223333/CloudTrail/eu-west-1/${date}/111122223333_CloudTrail_eu-west-1_x.json.gz`;
  days.past(key('2026/01/01'));
  days.past(key('2026/01/04'));
  days.past(key('2026/01/04'));
  days.past('notes.txt');
  days.past(key('2027/01/01'));
  days.finish();
  expect(told).toEqual([3, 7]);
});
