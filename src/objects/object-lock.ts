import { ObjectStoreError } from './object-store.ts';

/** GOVERNANCE may be bypassed by who has that permission; COMPLIANCE by nobody, root included. */
export type RetentionMode = 'GOVERNANCE' | 'COMPLIANCE';

/** An object's retention; over when `until` (milliseconds since the epoch) has come. */
export interface Retention {
  readonly mode: RetentionMode;
  readonly until: number;
}

/** What holds an object (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html). */
export interface ObjectLock {
  readonly retention?: Retention;
  /** Holds without a date, until it is taken away. */
  readonly legalHold?: boolean;
}

/** Object lock of a bucket: on, and what new objects get without asking. Once on, it stays on. */
export interface BucketLock {
  readonly defaultRetention?: {
    readonly mode: RetentionMode;
    readonly unit: 'days' | 'years';
    readonly count: number;
  };
}

/** What a call brings against a lock. */
export interface LockBypass {
  /** The caller asked to pass a GOVERNANCE retention, and may. */
  readonly bypassGovernance?: boolean;
}

/**
 * The lock of a new object: what its writer asked for, else the bucket's default.
 * @returns undefined when nothing holds it; an error (InvalidRequest) when the bucket has no object lock.
 */
export function lockOfNewObject(
  bucket: BucketLock | undefined,
  asked: ObjectLock | undefined,
  now: number,
): ObjectLock | undefined | ObjectStoreError {
  if (!bucket) return asked ? lockIsOff() : undefined;
  const retention = asked?.retention ?? defaultRetention(bucket, now);
  if (!retention && asked?.legalHold === undefined) return undefined;
  return {
    ...(retention && { retention }),
    ...(asked?.legalHold !== undefined && { legalHold: asked.legalHold }),
  };
}

/** The refusal to delete or overwrite an object under `lock`; undefined when nothing holds it now. */
export function judgeRemoval(
  lock: ObjectLock | undefined,
  now: number,
  { bypassGovernance = false }: LockBypass = {},
): ObjectStoreError | undefined {
  if (lock?.legalHold) return heldObject();
  const retention = inForce(lock?.retention, now);
  if (!retention || (retention.mode === 'GOVERNANCE' && bypassGovernance)) return undefined;
  return heldObject();
}

/**
 * The refusal to put `next` in the place of a retention: longer in the same mode is always allowed; a GOVERNANCE one
 * may be bypassed, a COMPLIANCE one is never shortened, weakened or removed.
 */
export function judgeRetention(
  current: Retention | undefined,
  next: Retention | undefined,
  now: number,
  { bypassGovernance = false }: LockBypass = {},
): ObjectStoreError | undefined {
  const before = inForce(current, now);
  if (!before || (before.mode === 'GOVERNANCE' && bypassGovernance)) return undefined;
  return next && next.mode === before.mode && next.until >= before.until ? undefined : heldObject();
}

/** S3's words for a bucket that was made without object lock. */
export function lockIsOff(): ObjectStoreError {
  return new ObjectStoreError('InvalidRequest', 'Bucket is missing Object Lock Configuration');
}

function defaultRetention({ defaultRetention: rule }: BucketLock, now: number): Retention | undefined {
  if (!rule) return undefined;
  const until = new Date(now);
  if (rule.unit === 'days') until.setUTCDate(until.getUTCDate() + rule.count);
  else until.setUTCFullYear(until.getUTCFullYear() + rule.count);
  return { mode: rule.mode, until: until.getTime() };
}

function inForce(retention: Retention | undefined, now: number): Retention | undefined {
  return retention && retention.until > now ? retention : undefined;
}

function heldObject(): ObjectStoreError {
  return new ObjectStoreError('AccessDenied', 'Access Denied because object protected by object lock.');
}
