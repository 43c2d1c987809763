import { encodeDocument } from '../answers.ts';
import type { IamDependencies, IamHandlers } from '../dependencies.ts';
import { pageOf } from '../page.ts';

/** Put, Get, Delete and List of the policies inside users and roles. */
export function inlinePolicyHandlers({ identity }: IamDependencies) {
  const { users, roles } = identity;
  return {
    async PutUserPolicy({ UserName = '', PolicyName = '', PolicyDocument = '' }, { account }) {
      await users.putInlinePolicy(account, UserName, { name: PolicyName, document: PolicyDocument });
      return {};
    },

    async PutRolePolicy({ RoleName = '', PolicyName = '', PolicyDocument = '' }, { account }) {
      await roles.putInlinePolicy(account, RoleName, { name: PolicyName, document: PolicyDocument });
      return {};
    },

    async GetUserPolicy({ UserName = '', PolicyName = '' }, { account }) {
      const { name, document } = users.getInlinePolicy(account, UserName, PolicyName);
      return { UserName, PolicyName: name, PolicyDocument: encodeDocument(document) };
    },

    async GetRolePolicy({ RoleName = '', PolicyName = '' }, { account }) {
      const { name, document } = roles.getInlinePolicy(account, RoleName, PolicyName);
      return { RoleName, PolicyName: name, PolicyDocument: encodeDocument(document) };
    },

    async DeleteUserPolicy({ UserName = '', PolicyName = '' }, { account }) {
      await users.deleteInlinePolicy(account, UserName, PolicyName);
      return {};
    },

    async DeleteRolePolicy({ RoleName = '', PolicyName = '' }, { account }) {
      await roles.deleteInlinePolicy(account, RoleName, PolicyName);
      return {};
    },

    async ListUserPolicies(input, { account }) {
      return namesOf(users.get(account, input.UserName ?? '').inlinePolicies, input);
    },

    async ListRolePolicies(input, { account }) {
      return namesOf(roles.get(account, input.RoleName ?? '').inlinePolicies, input);
    },
  } satisfies IamHandlers;
}

function namesOf(policies: readonly { readonly name: string }[], request: Parameters<typeof pageOf>[2]) {
  const { items, rest } = pageOf(policies, (policy) => policy.name, request);
  return { PolicyNames: items.map((policy) => policy.name), ...rest };
}
