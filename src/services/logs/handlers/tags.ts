import type { CallContext } from '../../../aws/index.ts';
import type { LogsDependencies, LogsHandlers } from '../dependencies.ts';
import { checkGroupName, groupNameOfArn } from '../names.ts';
import { withTags } from '../tag-rules.ts';

/** Tags of groups: by ARN, and in the older form by name. */
export function tagHandlers({ logs }: LogsDependencies): LogsHandlers {
  const tag = (name: string, tags: Readonly<Record<string, string>>, call: CallContext) =>
    logs.groups.update(call, name, (group) => ({ ...group, tags: withTags(group.tags, tags) }));

  const untag = (name: string, keys: readonly string[], call: CallContext) =>
    logs.groups.update(call, name, (group) => ({
      ...group,
      tags: group.tags.filter(([key]) => !keys.includes(key)),
    }));

  const list = (name: string, call: CallContext) => Object.fromEntries(logs.groups.get(call, name).tags);

  return {
    async TagResource({ resourceArn = '', tags = {} }, call) {
      await tag(groupNameOfArn(resourceArn, call), tags, call);
      return {};
    },
    async UntagResource({ resourceArn = '', tagKeys = [] }, call) {
      await untag(groupNameOfArn(resourceArn, call), tagKeys, call);
      return {};
    },
    async ListTagsForResource({ resourceArn = '' }, call) {
      return { tags: list(groupNameOfArn(resourceArn, call), call) };
    },
    async TagLogGroup({ logGroupName = '', tags = {} }, call) {
      await tag(checkGroupName(logGroupName), tags, call);
      return {};
    },
    async UntagLogGroup({ logGroupName = '', tags = [] }, call) {
      await untag(checkGroupName(logGroupName), tags, call);
      return {};
    },
    async ListTagsLogGroup({ logGroupName = '' }, call) {
      return { tags: list(checkGroupName(logGroupName), call) };
    },
  };
}
