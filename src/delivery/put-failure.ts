import { type Trail, TrailBucketError, type TrailSource } from '../trails/index.ts';

/** What became of earlier tries to put an object; kept with its stage. */
export interface Tried {
  /** The bucket certainly refused the latest try. */
  readonly refused?: boolean;
  /** When a try first ended without a clear answer, ms: the object may stand in that bucket. */
  readonly unsure?: number;
}

/**
 * How long an object that may stand in a bucket waits for that bucket, although the trail has another one now. Putting
 * it into both would double events; never putting it would lose them, which is worse.
 */
const UNSURE_PATIENCE = 86_400_000;

/** Whether an object may go to the bucket that the trail has now, if that is another than the one it was tried in. */
export function mayMove({ refused, unsure }: Tried, now: number): boolean {
  return refused === true && (unsure === undefined || now - unsure > UNSURE_PATIENCE);
}

/**
 * An object of a found stage, about to be tried again in the same place. One of which no outcome is written down may
 * have been put before the process ended, or before its state could be saved: nobody is sure.
 */
export function triedAgain<T extends Tried>(object: T, now: number): T {
  const isKnown = object.refused !== undefined || object.unsure !== undefined;
  return isKnown ? object : { ...object, unsure: now };
}

/** Notes how an attempt ended for one of the objects that it did not deliver; `worst` is the attempt's worst failure. */
export function afterAttempt<T extends Tried>(object: T, failure: unknown, worst: unknown, now: number): T {
  if (failure !== undefined && !isRefusal(failure)) {
    return { ...object, refused: false, unsure: object.unsure ?? now };
  }
  // A refusal holds for all that the attempt left, tried or not; a bucket that is gone holds nothing of earlier tries.
  if (!isRefusal(worst)) return object;
  const { unsure: _forgotten, ...rest } = object;
  const gone = failureCode(worst) === 'NoSuchBucket';
  return { ...(gone ? (rest as T) : object), refused: true };
}

/** Which of several failed PUTs to tell of: the first of which nobody can be sure whether it was applied, else the first. */
export function worstFailure(failures: ReadonlyMap<unknown, unknown>): unknown {
  const all = [...failures.values()];
  return all.find((failure) => !isRefusal(failure)) ?? all[0];
}

/** The bucket certainly did not take the object. */
export function isRefusal(error: unknown): boolean {
  return error instanceof TrailBucketError && error.notApplied;
}

/** S3's error code, as GetTrailStatus shows it. */
export function failureCode(error: unknown): string {
  return error instanceof TrailBucketError ? error.code : 'InternalError';
}

/** The condition keys under which a trail's bucket and topic are used. */
export function sourceOf(trail: Trail): TrailSource {
  return { trailArn: trail.arn, account: trail.account, region: trail.homeRegion };
}

/** Where the trail delivers to now. */
export function targetOf(trail: Trail): { readonly bucket: string; readonly prefix?: string } {
  return { bucket: trail.s3BucketName, ...(trail.s3KeyPrefix ? { prefix: trail.s3KeyPrefix } : {}) };
}
