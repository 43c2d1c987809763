import type { Permission } from '../../aws/index.ts';
import type { Caller } from '../../identity/index.ts';
import type { Bucket } from '../../objects/index.ts';
import { isPublicPolicy } from './buckets/public-policy.ts';

/** Condition keys of a call: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
export type ConditionContext = Readonly<Record<string, string>>;

/** `action` on the bucket itself. */
export function bucketPermission(
  bucket: Bucket,
  caller: Caller,
  action: string,
  context?: ConditionContext,
): Permission {
  return permission(bucket, `arn:aws:s3:::${bucket.name}`, caller, action, context);
}

/** `action` on one object. */
export function objectPermission(
  bucket: Bucket,
  key: string,
  caller: Caller,
  action: string,
  context?: ConditionContext,
): Permission {
  return permission(bucket, `arn:aws:s3:::${bucket.name}/${key}`, caller, action, context);
}

function permission(
  bucket: Bucket,
  resource: string,
  caller: Caller,
  action: string,
  context: ConditionContext | undefined,
): Permission {
  const { policy, publicAccessBlock } = bucket.config;
  // RestrictPublicBuckets: a public policy speaks only to the owner's account and to AWS services.
  const muted =
    publicAccessBlock?.restrictPublicBuckets === true &&
    caller.kind !== 'service' &&
    caller.account !== bucket.account &&
    policy !== undefined &&
    isPublicPolicy(policy);
  return {
    action,
    resource,
    resourceAccount: bucket.account,
    ...(policy !== undefined && !muted && { resourcePolicy: policy }),
    ...(context && { context }),
  };
}

/** Condition keys out of members that may be absent. */
export function conditions(pairs: Readonly<Record<string, string | number | undefined>>): ConditionContext {
  const present = Object.entries(pairs).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, String(value)]));
}
