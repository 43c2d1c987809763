import type { Trail } from './trail.ts';
import { formatTrailArn, looksLikeArn, parseTrailArn, type TrailArn, type TrailCall } from './trail-arn.ts';
import type { TrailBook } from './trail-book.ts';
import { TrailError } from './trail-error.ts';
import { checkTrailName } from './trail-name.ts';

/** How `Unknown trail: … for the user` names the trail: AWS's operations differ. */
export type UnknownTrailForm = 'name' | 'as-given' | 'arn';

/**
 * Finds the trail that a name parameter means, for reading. A bare name means a trail whose home is the call's
 * Region; a trail of another Region is seen by its ARN, and only if it is a multi-Region one (a shadow trail).
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
 * @throws TrailError InvalidTrailNameException, CloudTrailARNInvalidException, TrailNotFoundException
 */
export function locateTrail(
  book: TrailBook,
  call: TrailCall,
  nameOrArn: string,
  unknownForm: UnknownTrailForm = 'arn',
): Trail {
  const place = placeOf(call, nameOrArn);
  const trail = book.find(place.account, place.region, place.name);
  if (place.region !== call.region && !trail?.multiRegion) throw wrongRegion(call);
  if (trail) return trail;
  const shown = { name: place.name, 'as-given': nameOrArn, arn: formatTrailArn(place) }[unknownForm];
  throw new TrailError('TrailNotFoundException', `Unknown trail: ${shown} for the user: ${call.account}`);
}

/**
 * Finds a trail that is to be changed: only in its home Region.
 * @throws TrailError as `locateTrail`, and InvalidHomeRegionException for a shadow trail.
 */
export function locateTrailAtHome(
  book: TrailBook,
  call: TrailCall,
  nameOrArn: string,
  unknownForm: UnknownTrailForm = 'arn',
): Trail {
  const place = placeOf(call, nameOrArn);
  const shadow =
    place.region === call.region
      ? book.ofAccount(call.account).find((t) => t.name === place.name && isShadowIn(t, call.region))
      : undefined;
  const trail = shadow ?? locateTrail(book, call, nameOrArn, unknownForm);
  if (trail.homeRegion === call.region) return trail;
  throw new TrailError(
    'InvalidHomeRegionException',
    `Trail ${trail.arn} can only be changed from its home Region ${trail.homeRegion}; this request came to ${call.region}.`,
  );
}

/** Whether a trail shows in a Region that is not its home. */
export function isShadowIn(trail: Trail, region: string): boolean {
  return trail.multiRegion && trail.homeRegion !== region;
}

/** @throws TrailError CloudTrailARNInvalidException when the ARN's account is not the caller's. */
export function checkArnAccount(call: TrailCall, account: string): void {
  if (account === call.account) return;
  throw new TrailError(
    'CloudTrailARNInvalidException',
    `AccountID in ARN is wrong, you can only access resources with AccountID ${call.account}`,
  );
}

/** The refusal of an ARN of another Region. */
export function wrongRegion(call: TrailCall): TrailError {
  return new TrailError(
    'CloudTrailARNInvalidException',
    `Region in ARN is wrong, you can only access resources in region ${call.region}.`,
  );
}

function placeOf(call: TrailCall, nameOrArn: string): TrailArn {
  if (looksLikeArn(nameOrArn)) {
    const arn = parseTrailArn(nameOrArn);
    checkArnAccount(call, arn.account);
    return arn;
  }
  checkTrailName(nameOrArn);
  return { account: call.account, region: call.region, name: nameOrArn };
}
