import { ServiceError } from '../../../aws/index.ts';
import type { PolicyHolder } from '../../../identity/index.ts';
import type { IamDependencies, IamHandlers } from '../dependencies.ts';
import { pageOf } from '../page.ts';

/** Attach, Detach and List of managed policies on users and roles, and their permissions boundaries. */
export function attachedPolicyHandlers({ identity }: IamDependencies) {
  const { users, roles, policies } = identity;

  function requireAttachable(account: string, arn: string): void {
    requireArn(arn);
    if (policies.find(account, arn)) return;
    throw new ServiceError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`);
  }

  return {
    async AttachUserPolicy({ UserName = '', PolicyArn = '' }, { account }) {
      users.get(account, UserName);
      requireAttachable(account, PolicyArn);
      await users.attach(account, UserName, PolicyArn);
      return {};
    },

    async AttachRolePolicy({ RoleName = '', PolicyArn = '' }, { account }) {
      roles.get(account, RoleName);
      requireAttachable(account, PolicyArn);
      await roles.attach(account, RoleName, PolicyArn);
      return {};
    },

    async DetachUserPolicy({ UserName = '', PolicyArn = '' }, { account }) {
      requireArn(PolicyArn);
      await users.detach(account, UserName, PolicyArn);
      return {};
    },

    async DetachRolePolicy({ RoleName = '', PolicyArn = '' }, { account }) {
      requireArn(PolicyArn);
      await roles.detach(account, RoleName, PolicyArn);
      return {};
    },

    async ListAttachedUserPolicies(input, { account }) {
      return attachedOf(users.get(account, input.UserName ?? ''), input);
    },

    async ListAttachedRolePolicies(input, { account }) {
      return attachedOf(roles.get(account, input.RoleName ?? ''), input);
    },

    async PutUserPermissionsBoundary({ UserName = '', PermissionsBoundary = '' }, { account }) {
      requireAttachable(account, PermissionsBoundary);
      await users.setPermissionsBoundary(account, UserName, PermissionsBoundary);
      return {};
    },

    async PutRolePermissionsBoundary({ RoleName = '', PermissionsBoundary = '' }, { account }) {
      requireAttachable(account, PermissionsBoundary);
      await roles.setPermissionsBoundary(account, RoleName, PermissionsBoundary);
      return {};
    },

    async DeleteUserPermissionsBoundary({ UserName = '' }, { account }) {
      await users.setPermissionsBoundary(account, UserName, undefined);
      return {};
    },

    async DeleteRolePermissionsBoundary({ RoleName = '' }, { account }) {
      await roles.setPermissionsBoundary(account, RoleName, undefined);
      return {};
    },
  } satisfies IamHandlers;
}

function requireArn(arn: string): void {
  if (/^arn:aws:iam::(?:\d{12}|aws):policy\/.+$/.test(arn)) return;
  throw new ServiceError('InvalidInput', `ARN ${arn.slice(0, 2_048)} is not valid.`);
}

function attachedOf(
  { attachedPolicies }: PolicyHolder,
  request: Parameters<typeof pageOf>[2] & { readonly PathPrefix?: string },
) {
  const { PathPrefix = '/' } = request;
  const attached = attachedPolicies.map((PolicyArn) => ({
    PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1),
    PolicyArn,
  }));
  const below = attached.filter(({ PolicyArn }) =>
    PolicyArn.slice(PolicyArn.indexOf('/')).startsWith(PathPrefix),
  );
  const { items, rest } = pageOf(below, (policy) => policy.PolicyArn, request);
  return { AttachedPolicies: items, ...rest };
}
