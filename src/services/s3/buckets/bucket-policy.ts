import type {
  DeleteBucketPolicyRequest,
  GetBucketPolicyOutput,
  GetBucketPolicyRequest,
  GetBucketPolicyStatusOutput,
  GetBucketPolicyStatusRequest,
  PutBucketPolicyRequest,
} from '@aws-sdk/client-s3';
import type { Bucket } from '../../../objects/index.ts';
import { s3Error } from '../errors.ts';
import { type BuiltOperation, bucketOperation } from '../operation-kinds.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { checkBucketPolicy } from './check-policy.ts';
import { isPublicPolicy } from './public-policy.ts';

/** Bucket policies. */
export function bucketPolicyOperations(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  return [
    [
      'PutBucketPolicy',
      bucketOperation<PutBucketPolicyRequest, object>(
        deps,
        's3:PutBucketPolicy',
        async (input, _call, bucket) => {
          const policy = checkBucketPolicy(textOf(input.Policy), bucket.name);
          if (bucket.config.publicAccessBlock?.blockPublicPolicy && isPublicPolicy(policy)) {
            throw s3Error(
              'AccessDenied',
              'Access Denied: public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.',
            );
          }
          await deps.objects.changeBucket(bucket.name, (config) => ({ ...config, policy }));
          return { $status: 204 };
        },
        { recordBody: (input) => ({ bucketPolicy: parseOr(input.Policy) }) },
      ),
    ],
    [
      'GetBucketPolicy',
      bucketOperation<GetBucketPolicyRequest, GetBucketPolicyOutput>(
        deps,
        's3:GetBucketPolicy',
        async (_input, _call, bucket) => ({ Policy: policyOf(bucket) }),
      ),
    ],
    [
      'DeleteBucketPolicy',
      bucketOperation<DeleteBucketPolicyRequest, object>(
        deps,
        's3:DeleteBucketPolicy',
        async (_input, _call, bucket) => {
          await deps.objects.changeBucket(bucket.name, ({ policy: _, ...config }) => config);
          return {};
        },
      ),
    ],
    [
      'GetBucketPolicyStatus',
      bucketOperation<GetBucketPolicyStatusRequest, GetBucketPolicyStatusOutput>(
        deps,
        's3:GetBucketPolicyStatus',
        async (_input, _call, bucket) => ({ PolicyStatus: { IsPublic: isPublicPolicy(policyOf(bucket)) } }),
      ),
    ],
  ];
}

function policyOf(bucket: Bucket): string {
  if (bucket.config.policy !== undefined) return bucket.config.policy;
  throw s3Error('NoSuchBucketPolicy', 'The bucket policy does not exist', { BucketName: bucket.name });
}

/** A payload member may be handed over as text or as bytes. */
function textOf(policy: unknown): string {
  return policy instanceof Uint8Array ? Buffer.from(policy).toString() : String(policy ?? '');
}

/** The record shows the policy as JSON; one that is no JSON is refused and stands there as text. */
function parseOr(policy: unknown): unknown {
  const text = textOf(policy);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text.slice(0, 1024);
  }
}
