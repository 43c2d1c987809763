import type { CallContext } from '../../../aws/index.ts';
import type { Bucket, ObjectLock, RetentionMode } from '../../../objects/index.ts';
import { s3Error } from '../errors.ts';
import { objectPermission } from '../permissions.ts';
import type { S3ServiceDependencies } from '../rooms.ts';

/** The members of `x-amz-object-lock-*`, as writes take them and reads answer them. */
export interface LockMembers {
  readonly ObjectLockMode?: RetentionMode | undefined;
  readonly ObjectLockRetainUntilDate?: Date | undefined;
  readonly ObjectLockLegalHoldStatus?: 'ON' | 'OFF' | undefined;
}

/** True for the two modes that there are. */
export function isRetentionMode(value: unknown): value is RetentionMode {
  return value === 'GOVERNANCE' || value === 'COMPLIANCE';
}

/** The lock that a write asks for; undefined when it asks for none. @throws ServiceError InvalidArgument, InvalidRequest. */
export function askedLock(input: LockMembers, bucket: Bucket, now: number): ObjectLock | undefined {
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until, ObjectLockLegalHoldStatus: hold } = input;
  if (mode === undefined && until === undefined && hold === undefined) return undefined;
  // Asked before the body is taken in; the store asks again.
  if (!bucket.config.objectLock)
    throw s3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration');
  if ((mode === undefined) !== (until === undefined)) {
    throw s3Error(
      'InvalidArgument',
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  }
  if (mode !== undefined && !isRetentionMode(mode))
    throw s3Error('InvalidArgument', 'Unknown wormMode directive.');
  if (hold !== undefined && hold !== 'ON' && hold !== 'OFF') {
    throw s3Error('InvalidArgument', 'Legal Hold must be either of ON or OFF');
  }
  return {
    ...(mode !== undefined && { retention: { mode, until: checkUntil(until, now) } }),
    ...(hold !== undefined && { legalHold: hold === 'ON' }),
  };
}

/** Milliseconds since the epoch. @throws ServiceError InvalidArgument for a date that is past, or none. */
export function checkUntil(until: Date | undefined, now: number): number {
  const time = until?.getTime() ?? Number.NaN;
  if (time > now) return time;
  throw s3Error('InvalidArgument', 'The retain until date must be in the future!');
}

/** What holding by a write takes: rights of their own. */
export function lockActions(input: LockMembers): string[] {
  return [
    ...(input.ObjectLockMode === undefined && input.ObjectLockRetainUntilDate === undefined
      ? []
      : ['s3:PutObjectRetention']),
    ...(input.ObjectLockLegalHoldStatus === undefined ? [] : ['s3:PutObjectLegalHold']),
  ];
}

/** What GetObject and HeadObject tell of a lock: each half only to who may ask for it. */
export async function lockMembers(
  deps: S3ServiceDependencies,
  call: CallContext,
  bucket: Bucket,
  key: string,
  lock: ObjectLock | undefined,
): Promise<LockMembers> {
  if (!lock) return {};
  const mayAsk = async (asked: string): Promise<boolean> => {
    const { action, resource = '*', ...question } = objectPermission(bucket, key, call.caller, asked);
    return (await deps.authorizer.authorize({ caller: call.caller, action, resource, ...question })).allowed;
  };
  const { retention, legalHold } = lock;
  return {
    ...(retention &&
      (await mayAsk('s3:GetObjectRetention')) && {
        ObjectLockMode: retention.mode,
        ObjectLockRetainUntilDate: new Date(retention.until),
      }),
    ...(legalHold !== undefined &&
      (await mayAsk('s3:GetObjectLegalHold')) && {
        ObjectLockLegalHoldStatus: legalHold ? ('ON' as const) : ('OFF' as const),
      }),
  };
}
