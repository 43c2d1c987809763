import { expect, test } from 'vitest';
import type { Service } from '../../aws/index.ts';
import { createRateLimiter } from './rate-limiter.ts';

const cloudtrail = { eventSource: 'cloudtrail.amazonaws.com' } as Service;
const call = { account: '111122223333', region: 'us-east-1' };

test.each([
  ['GetTrailStatus', 10],
  ['DescribeTrails', 10],
  ['ListTags', 10],
  ['LookupEvents', 2],
  ['CreateTrail', 1],
  ['PutEventSelectors', 1],
])('%s may be called %i times a second', (operation, rate) => {
  let now = 0;
  const admit = createRateLimiter(() => now);
  const burst = () =>
    Array.from({ length: 20 }, () => admit(cloudtrail, operation, call)).filter(Boolean).length;
  expect(burst()).toBe(rate);
  expect(burst()).toBe(0);
  now += 1000;
  expect(burst()).toBe(rate);
});

test('accounts, Regions and operations are counted apart, other services not at all', () => {
  const admit = createRateLimiter(() => 0);
  expect(admit(cloudtrail, 'CreateTrail', call)).toBe(true);
  expect(admit(cloudtrail, 'CreateTrail', call)).toBe(false);
  expect(admit(cloudtrail, 'CreateTrail', { ...call, region: 'eu-west-1' })).toBe(true);
  expect(admit(cloudtrail, 'CreateTrail', { ...call, account: '999999999999' })).toBe(true);
  expect(admit(cloudtrail, 'DeleteTrail', call)).toBe(true);
  const s3 = { eventSource: 's3.amazonaws.com' } as Service;
  for (let i = 0; i < 100; i++) expect(admit(s3, 'PutObject', call)).toBe(true);
});
