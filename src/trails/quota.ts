import type { Trail } from './trail.ts';
import { TrailError } from './trail-error.ts';

/** Trails in one Region of one account, shadows of multi-Region trails counted (AWS's quota cannot be raised). */
export const TRAILS_PER_REGION = 5;

/** A trail that is about to appear, or to appear in more Regions. */
export interface Arrival {
  readonly account: string;
  readonly name: string;
  readonly homeRegion: string;
  readonly multiRegion: boolean;
}

/**
 * Checks that the Regions in which a trail is about to show have no other of its name, and room for it.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
 * @param others the account's other trails
 * @throws TrailError TrailAlreadyExistsException, MaximumNumberOfTrailsExceededException
 */
export function checkRoom(arrival: Arrival, others: readonly Trail[], knownRegions: readonly string[]): void {
  const { account, name, homeRegion, multiRegion } = arrival;
  const neighbours = (region: string) =>
    others.filter((trail) => trail.multiRegion || trail.homeRegion === region);
  const regions = multiRegion
    ? [...new Set([homeRegion, ...knownRegions, ...others.map((trail) => trail.homeRegion)])]
    : [homeRegion];
  if (regions.some((region) => neighbours(region).some((trail) => trail.name === name))) {
    throw new TrailError(
      'TrailAlreadyExistsException',
      `Trail ${name} already exists for customer: ${account}`,
    );
  }
  for (const region of regions) {
    const count = neighbours(region).length;
    if (count < TRAILS_PER_REGION) continue;
    throw new TrailError(
      'MaximumNumberOfTrailsExceededException',
      `User: ${account} already has ${count} trails in ${region}.`,
    );
  }
}
