import type * as client from '@aws-sdk/client-iam';
import type { CallContext, Permission, Permissions } from '../../aws/index.ts';
import { entityArn, type Identity } from '../../identity/index.ts';

/** The members that name what a call is about. */
interface Named {
  readonly UserName?: string;
  readonly RoleName?: string;
  readonly PolicyName?: string;
  readonly PolicyArn?: string;
  readonly PermissionsBoundary?: string;
  readonly Path?: string;
  readonly PathPrefix?: string;
}

/** Operations that make what they name, so that its path is in the request. */
const CREATES = new Set(['CreateUser', 'CreateRole', 'CreatePolicy']);
/** Operations on a managed policy by its ARN; in others the ARN says what to attach. */
const ON_POLICY = /Policy(?:Version|Versions|Tags)?$/;

/**
 * What each operation needs: its own action on the ARN of the user, role or policy that it names
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html).
 */
export function permissionsFor(
  identity: Identity,
  operations: readonly string[],
): Permissions<typeof client> {
  const entries = operations.map((operation) => {
    const needs = (input: Named, call: CallContext): Permission[] => [
      {
        action: `iam:${operation}`,
        resource: resourceOf(identity, operation, input, call),
        ...(contextOf(operation, input) && { context: contextOf(operation, input) }),
      },
    ];
    return [operation, needs] as const;
  });
  return Object.fromEntries(entries);
}

function resourceOf(identity: Identity, operation: string, input: Named, call: CallContext): string {
  const { account, caller } = call;
  const { UserName, RoleName, PolicyName = '', PolicyArn, Path = '/', PathPrefix = '/' } = input;
  const arn = (kind: 'user' | 'role' | 'policy', name: string, path: string) =>
    entityArn(kind, { account, path, name });
  if (operation === 'CreatePolicy') return arn('policy', PolicyName, Path);
  if (RoleName !== undefined) {
    const path = CREATES.has(operation) ? Path : identity.roles.find(account, RoleName)?.path;
    return arn('role', RoleName, path ?? '/');
  }
  if (UserName !== undefined) {
    const path = CREATES.has(operation) ? Path : identity.users.find(account, UserName)?.path;
    return arn('user', UserName, path ?? '/');
  }
  if (PolicyArn !== undefined && ON_POLICY.test(operation)) return PolicyArn;
  if (operation === 'ListUsers') return arn('user', '', PathPrefix);
  if (operation === 'ListRoles') return arn('role', '', PathPrefix);
  if (operation === 'ListPolicies') return arn('policy', '', PathPrefix);
  // Without a name the call is about the caller.
  return OWN_USER.has(operation) && caller.kind === 'user' ? caller.arn : '*';
}

const OWN_USER = new Set([
  ...[
    'GetUser',
    'CreateAccessKey',
    'ListAccessKeys',
    'UpdateAccessKey',
    'DeleteAccessKey',
    'GetLoginProfile',
  ],
  ...['DeleteLoginProfile', 'ListMFADevices', 'ListSSHPublicKeys', 'ListSigningCertificates'],
]);

function contextOf(operation: string, { PolicyArn, PermissionsBoundary }: Named): Permission['context'] {
  if (PolicyArn !== undefined && /^(?:At|De)tach/.test(operation)) return { 'iam:PolicyARN': PolicyArn };
  if (PermissionsBoundary !== undefined) return { 'iam:PermissionsBoundary': PermissionsBoundary };
  return undefined;
}
