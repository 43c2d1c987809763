import { type Trail, TrailBucketError, type TrailSource } from '../trails/index.ts';

/** Which of several failed PUTs to tell of: the first of which nobody can be sure whether it was applied, else the first. */
export function worstFailure(failures: readonly unknown[]): unknown {
  return failures.find((failure) => !isRefusal(failure)) ?? failures[0];
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
