import {
  countPolicyUses,
  encodeDocument,
  policyAnswer,
  policyArn,
  readTags,
  tagsAnswer,
  time,
} from '../answers.ts';
import type { IamDependencies, IamHandlers } from '../dependencies.ts';
import { pageOf } from '../page.ts';

/** CreatePolicy, GetPolicy, ListPolicies, DeletePolicy, ListEntitiesForPolicy. */
export function managedPolicyHandlers({ identity }: IamDependencies) {
  const { users, roles, policies } = identity;
  const usesIn = (account: string) => countPolicyUses([...users.list(account), ...roles.list(account)]);

  return {
    async CreatePolicy({ PolicyName = '', PolicyDocument = '', Path, Description, Tags }, { account }) {
      const policy = await policies.create({
        account,
        name: PolicyName,
        document: PolicyDocument,
        path: Path,
        description: Description,
        tags: readTags(Tags),
      });
      const answer = policyAnswer(policy, { attachments: 0, boundaries: 0 });
      return { Policy: { ...answer, ...(policy.tags.length > 0 && { Tags: tagsAnswer(policy.tags) }) } };
    },

    async GetPolicy({ PolicyArn = '' }, { account }) {
      const policy = policies.get(account, PolicyArn);
      const { description, tags } = policy;
      const answer = policyAnswer(policy, usesIn(account)(PolicyArn));
      return {
        Policy: {
          ...answer,
          ...(description !== undefined && { Description: description }),
          Tags: tagsAnswer(tags),
        },
      };
    },

    async ListPolicies(input, { account }) {
      const { Scope = 'All', OnlyAttached = false, PathPrefix = '/', PolicyUsageFilter } = input;
      const usesOf = usesIn(account);
      const all = [
        ...(Scope === 'Local' ? [] : policies.listAws()),
        ...(Scope === 'AWS' ? [] : policies.list(account)),
      ].map((policy) => policyAnswer(policy, usesOf(policyArn(policy))));
      const wanted = all.filter(({ Path = '/', AttachmentCount = 0, PermissionsBoundaryUsageCount = 0 }) => {
        if (!Path.startsWith(PathPrefix)) return false;
        const isBoundary = PolicyUsageFilter === 'PermissionsBoundary';
        const uses = isBoundary ? PermissionsBoundaryUsageCount : AttachmentCount;
        return uses > 0 || !(OnlyAttached || isBoundary);
      });
      const { items, rest } = pageOf(wanted, ({ Arn = '' }) => Arn, input);
      return { Policies: items, ...rest };
    },

    async DeletePolicy({ PolicyArn = '' }, { account }) {
      const isUsed = () => {
        const { attachments, boundaries } = usesIn(account)(PolicyArn);
        return attachments + boundaries > 0;
      };
      await policies.delete(account, PolicyArn, isUsed);
      return {};
    },

    async ListEntitiesForPolicy(input, { account }) {
      const { PolicyArn = '', EntityFilter, PathPrefix = '/', PolicyUsageFilter } = input;
      policies.get(account, PolicyArn);
      const isBoundary = PolicyUsageFilter === 'PermissionsBoundary';
      const holders = [
        ...(EntityFilter === undefined || EntityFilter === 'User' ? users.list(account, PathPrefix) : []),
        ...(EntityFilter === undefined || EntityFilter === 'Role' ? roles.list(account, PathPrefix) : []),
      ].filter(({ attachedPolicies, permissionsBoundary }) =>
        isBoundary ? permissionsBoundary === PolicyArn : attachedPolicies.includes(PolicyArn),
      );
      const { items, rest } = pageOf(holders, (holder) => holder.id, input);
      const [of, roleIds] = [
        items.filter(({ id }) => id.startsWith('AIDA')),
        items.filter(({ id }) => id.startsWith('AROA')),
      ];
      return {
        PolicyGroups: [],
        PolicyUsers: of.map(({ name, id }) => ({ UserName: name, UserId: id })),
        PolicyRoles: roleIds.map(({ name, id }) => ({ RoleName: name, RoleId: id })),
        ...rest,
      };
    },
  } satisfies IamHandlers;
}

/** Versions of managed policies. */
export function policyVersionHandlers({ identity }: IamDependencies) {
  const { policies } = identity;
  return {
    async CreatePolicyVersion({ PolicyArn = '', PolicyDocument = '', SetAsDefault = false }, { account }) {
      const version = await policies.createVersion(account, PolicyArn, PolicyDocument, SetAsDefault);
      const { id, createdAt } = version;
      return {
        PolicyVersion: { VersionId: id, IsDefaultVersion: SetAsDefault, CreateDate: time(createdAt) },
      };
    },

    async GetPolicyVersion({ PolicyArn = '', VersionId = '' }, { account }) {
      const { id, document, createdAt } = policies.getVersion(account, PolicyArn, VersionId);
      return {
        PolicyVersion: {
          Document: encodeDocument(document),
          VersionId: id,
          IsDefaultVersion: policies.get(account, PolicyArn).defaultVersion === id,
          CreateDate: time(createdAt),
        },
      };
    },

    async ListPolicyVersions(input, { account }) {
      const { versions, defaultVersion } = policies.get(account, input.PolicyArn ?? '');
      // Newest first; the page's order is that of the names.
      const newestFirst = (id: string) => String(1e9 - Number(id.slice(1)));
      const { items, rest } = pageOf(versions, ({ id }) => newestFirst(id), input);
      const Versions = items.map(({ id, createdAt }) => ({
        VersionId: id,
        IsDefaultVersion: id === defaultVersion,
        CreateDate: time(createdAt),
      }));
      return { Versions, ...rest };
    },

    async DeletePolicyVersion({ PolicyArn = '', VersionId = '' }, { account }) {
      await policies.deleteVersion(account, PolicyArn, VersionId);
      return {};
    },

    async SetDefaultPolicyVersion({ PolicyArn = '', VersionId = '' }, { account }) {
      await policies.setDefaultVersion(account, PolicyArn, VersionId);
      return {};
    },
  } satisfies IamHandlers;
}
