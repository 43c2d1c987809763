import type { CallContext, Service } from '../../aws/index.ts';

/** Beyond this many buckets those that are full again are let go; a bucket in use never is. */
const SWEEP_AT = 10_000;

/**
 * Calls a second of an operation, per account and Region
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html).
 */
export function ratePerSecond(operation: string): number {
  if (operation === 'LookupEvents') return 2;
  return /^(?:Get|Describe|List)/.test(operation) ? 10 : 1;
}

/**
 * AWS's request rates for CloudTrail's operations, as the front door's `admit`: a bucket of one second's calls for
 * each account, Region and operation. Other services are always admitted. The front door answers a refusal with
 * ThrottlingException `Rate exceeded`.
 * @param now milliseconds since the epoch
 */
export function createRateLimiter(
  now: () => number,
): (service: Service, operation: string, call: Pick<CallContext, 'account' | 'region'>) => boolean {
  const buckets = new Map<string, { tokens: number; at: number }>();

  function sweep(time: number): void {
    for (const [key, { at }] of buckets) if (time - at >= 1000) buckets.delete(key);
  }

  return function admit(service, operation, { account, region }) {
    if (service.eventSource !== 'cloudtrail.amazonaws.com') return true;
    const rate = ratePerSecond(operation);
    const time = now();
    const key = `${account}/${region}/${operation}`;
    const bucket = buckets.get(key) ?? { tokens: rate, at: time };
    const elapsed = Math.max(0, time - bucket.at);
    bucket.tokens = Math.min(rate, bucket.tokens + (elapsed / 1000) * rate);
    bucket.at = time;
    if (!buckets.has(key) && buckets.size >= SWEEP_AT) sweep(time);
    buckets.set(key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
