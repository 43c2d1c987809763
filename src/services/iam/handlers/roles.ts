import { detailsAnswer, readTags, roleAnswer } from '../answers.ts';
import type { IamDependencies, IamHandlers } from '../dependencies.ts';
import { pageOf } from '../page.ts';

/** CreateRole, GetRole, ListRoles, UpdateRole, UpdateRoleDescription, UpdateAssumeRolePolicy, DeleteRole. */
export function roleHandlers({ identity }: IamDependencies) {
  const { roles, policies } = identity;
  return {
    async CreateRole(input, { account }) {
      const { PermissionsBoundary } = input;
      if (PermissionsBoundary !== undefined) policies.get(account, PermissionsBoundary);
      const role = await roles.create({
        account,
        name: input.RoleName ?? '',
        trustPolicy: input.AssumeRolePolicyDocument ?? '',
        path: input.Path,
        description: input.Description,
        maxSessionDuration: input.MaxSessionDuration,
        permissionsBoundary: PermissionsBoundary,
        tags: readTags(input.Tags),
      });
      const { MaxSessionDuration: _, ...answer } = roleAnswer(role);
      return { Role: { ...answer, ...detailsAnswer(role) } };
    },

    async GetRole({ RoleName }, { account }) {
      const role = roles.get(account, RoleName ?? '');
      return { Role: { ...roleAnswer(role), ...detailsAnswer(role), RoleLastUsed: {} } };
    },

    async ListRoles(input, { account }) {
      const { items, rest } = pageOf(roles.list(account, input.PathPrefix), (role) => role.name, input);
      return { Roles: items.map(roleAnswer), ...rest };
    },

    async UpdateRole({ RoleName, Description, MaxSessionDuration }, { account }) {
      await roles.update(account, RoleName ?? '', {
        description: Description,
        maxSessionDuration: MaxSessionDuration,
      });
      return {};
    },

    async UpdateRoleDescription({ RoleName, Description }, { account }) {
      await roles.update(account, RoleName ?? '', { description: Description });
      return { Role: roleAnswer(roles.get(account, RoleName ?? '')) };
    },

    async UpdateAssumeRolePolicy({ RoleName, PolicyDocument }, { account }) {
      await roles.setTrustPolicy(account, RoleName ?? '', PolicyDocument ?? '');
      return {};
    },

    async DeleteRole({ RoleName }, { account }) {
      await roles.delete(account, RoleName ?? '');
      return {};
    },
  } satisfies IamHandlers;
}
