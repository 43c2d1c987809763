import type {
  Permission as AclPermission,
  GetBucketAclOutput,
  GetBucketAclRequest,
  Grant,
  Grantee,
  PutBucketAclRequest,
} from '@aws-sdk/client-s3';
import type { BucketGrant } from '../../../objects/index.ts';
import { notImplemented, s3Error } from '../errors.ts';
import { type BuiltOperation, bucketOperation } from '../operation-kinds.ts';
import { conditions } from '../permissions.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { canonicalId } from './owner.ts';

const GROUPS = 'http://acs.amazonaws.com/groups';

/** Canned ACLs beyond the owner's full control (https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html). */
const CANNED: ReadonlyMap<string, readonly (readonly [group: string, permission: string])[]> = new Map([
  ['private', []],
  ['bucket-owner-read', []],
  ['bucket-owner-full-control', []],
  ['public-read', [[`${GROUPS}/global/AllUsers`, 'READ']]],
  [
    'public-read-write',
    [
      [`${GROUPS}/global/AllUsers`, 'READ'],
      [`${GROUPS}/global/AllUsers`, 'WRITE'],
    ],
  ],
  ['authenticated-read', [[`${GROUPS}/global/AuthenticatedUsers`, 'READ']]],
  [
    'log-delivery-write',
    [
      [`${GROUPS}/s3/LogDelivery`, 'WRITE'],
      [`${GROUPS}/s3/LogDelivery`, 'READ_ACP'],
    ],
  ],
]);

/**
 * Reading and keeping access control lists. They are kept and shown, but policies alone decide: an ACL opens nothing
 * here, as in AWS's default of BucketOwnerEnforced.
 */
export function bucketAclOperations(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  return [
    [
      'GetBucketAcl',
      bucketOperation<GetBucketAclRequest, GetBucketAclOutput>(
        deps,
        's3:GetBucketAcl',
        async (_input, _call, bucket) => describeAcl(bucket.account, bucket.config.grants),
      ),
    ],
    [
      'PutBucketAcl',
      bucketOperation<PutBucketAclRequest, object>(
        deps,
        's3:PutBucketAcl',
        async (input, _call, bucket) => {
          const grants = readAcl(input, bucket.account);
          if (
            bucket.config.objectOwnership === 'BucketOwnerEnforced' &&
            !isOwnerOnly(grants, bucket.account)
          ) {
            throw s3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
          }
          if (
            bucket.config.publicAccessBlock?.blockPublicAcls &&
            grants.some((g) => g.granteeType === 'Group')
          ) {
            throw s3Error('AccessDenied', 'Access Denied');
          }
          await deps.objects.changeBucket(bucket.name, (config) => ({ ...config, grants }));
          return {};
        },
        { context: (input) => conditions({ 's3:x-amz-acl': input.ACL }) },
      ),
    ],
  ];
}

/** The answer of GetBucketAcl and GetObjectAcl. */
export function describeAcl(
  account: string,
  grants: readonly BucketGrant[] = cannedGrants('private', account),
): { Owner: { ID: string }; Grants: Grant[] } {
  return {
    Owner: { ID: canonicalId(account) },
    Grants: grants.map(({ grantee, granteeType, permission }) => ({
      Grantee: (granteeType === 'Group'
        ? { URI: grantee, Type: 'Group' }
        : { ID: grantee, Type: 'CanonicalUser' }) as Grantee,
      Permission: permission as AclPermission,
    })),
  };
}

/** Grants of a canned ACL. @throws ServiceError InvalidArgument. */
export function cannedGrants(acl: string, account: string): BucketGrant[] {
  const groups = CANNED.get(acl);
  if (!groups) {
    throw s3Error('InvalidArgument', 'Invalid canned ACL', { ArgumentName: 'x-amz-acl', ArgumentValue: acl });
  }
  return [
    { granteeType: 'CanonicalUser', grantee: canonicalId(account), permission: 'FULL_CONTROL' },
    ...groups.map(([grantee, permission]) => ({ granteeType: 'Group', grantee, permission })),
  ];
}

/** True if the grants say no more than "the owner has full control". */
export function isOwnerOnly(grants: readonly BucketGrant[], account: string): boolean {
  return grants.every((grant) => grant.grantee === canonicalId(account));
}

/** An ACL in a request: `x-amz-acl`, the body, or `x-amz-grant-…`. */
type AclInput = Pick<PutBucketAclRequest, 'ACL'> & {
  readonly AccessControlPolicy?: PutBucketAclRequest['AccessControlPolicy'];
};

/** The grants of a Put: canned or spelled out, not both. @throws MalformedACLError, InvalidRequest, NotImplemented. */
export function readAcl(
  input: Omit<AclInput, 'ACL'> & { readonly ACL?: string | undefined },
  account: string,
): BucketGrant[] {
  const granted = Object.entries(input).some(
    ([name, value]) => name.startsWith('Grant') && value !== undefined,
  );
  if (granted) throw notImplemented('Granting by x-amz-grant headers');
  if (input.ACL !== undefined) {
    if (!input.AccessControlPolicy?.Grants) return cannedGrants(input.ACL, account);
    throw s3Error('UnexpectedContent', 'This request does not support content');
  }
  const policy = input.AccessControlPolicy;
  if (!policy?.Owner?.ID || !policy.Grants) throw malformedAcl();
  if (policy.Owner.ID !== canonicalId(account)) throw s3Error('AccessDenied', 'Access Denied');
  return policy.Grants.map(({ Grantee: grantee, Permission: permission }) => {
    const name = grantee?.URI ?? grantee?.ID;
    if (name === undefined || permission === undefined) throw malformedAcl();
    return { granteeType: grantee?.URI === undefined ? 'CanonicalUser' : 'Group', grantee: name, permission };
  });
}

function malformedAcl() {
  return s3Error(
    'MalformedACLError',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
