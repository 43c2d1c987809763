import type { Tag } from '../../../identity/index.ts';
import { readTags, tagsAnswer } from '../answers.ts';
import type { IamDependencies, IamHandlers } from '../dependencies.ts';
import { pageOf } from '../page.ts';

/** Tag, Untag and List of the tags of users, roles and managed policies. */
export function tagHandlers({ identity }: IamDependencies) {
  const { users, roles, policies } = identity;
  return {
    async TagUser({ UserName = '', Tags }, { account }) {
      await users.tag(account, UserName, readTags(Tags));
      return {};
    },

    async TagRole({ RoleName = '', Tags }, { account }) {
      await roles.tag(account, RoleName, readTags(Tags));
      return {};
    },

    async TagPolicy({ PolicyArn = '', Tags }, { account }) {
      await policies.tag(account, PolicyArn, readTags(Tags));
      return {};
    },

    async UntagUser({ UserName = '', TagKeys }, { account }) {
      await users.untag(account, UserName, TagKeys ?? []);
      return {};
    },

    async UntagRole({ RoleName = '', TagKeys }, { account }) {
      await roles.untag(account, RoleName, TagKeys ?? []);
      return {};
    },

    async UntagPolicy({ PolicyArn = '', TagKeys }, { account }) {
      await policies.untag(account, PolicyArn, TagKeys ?? []);
      return {};
    },

    async ListUserTags(input, { account }) {
      return pageOfTags(users.get(account, input.UserName ?? '').tags, input);
    },

    async ListRoleTags(input, { account }) {
      return pageOfTags(roles.get(account, input.RoleName ?? '').tags, input);
    },

    async ListPolicyTags(input, { account }) {
      return pageOfTags(policies.get(account, input.PolicyArn ?? '').tags, input);
    },
  } satisfies IamHandlers;
}

function pageOfTags(tags: readonly Tag[], request: Parameters<typeof pageOf>[2]) {
  const { items, rest } = pageOf(tags, (tag) => tag.Key, request);
  return { Tags: tagsAnswer(items), ...rest };
}
