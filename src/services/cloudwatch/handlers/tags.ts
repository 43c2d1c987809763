import type { CallContext } from '../../../aws/index.ts';
import { ServiceError } from '../../../aws/index.ts';
import { readAlarmArn } from '../../../cloudwatch/index.ts';
import type { CloudWatchDependencies, CloudWatchHandlers } from '../dependencies.ts';
import { badValue } from '../errors.ts';
import { withTags } from '../tag-rules.ts';

/** Tags of alarms. */
export function tagHandlers({ cloudWatch: { alarms } }: CloudWatchDependencies): CloudWatchHandlers {
  /** The alarm that is meant: of the caller's account and the called Region. */
  function alarmOf(arn: string | undefined, call: CallContext): string {
    const read = arn === undefined ? undefined : readAlarmArn(arn);
    if (!read) throw badValue(`The value ${String(arn).slice(0, 300)} for parameter ResourceARN is invalid.`);
    const isHere = read.account === call.account && read.region === call.region;
    if (!isHere || !alarms.find(call, read.name))
      throw new ServiceError('ResourceNotFoundException', `Unknown resource: ${arn}`);
    return read.name;
  }

  return {
    async TagResource({ ResourceARN, Tags = [] }, call) {
      await alarms.setTags(call, alarmOf(ResourceARN, call), (tags) => withTags(tags, Tags));
      return {};
    },
    async UntagResource({ ResourceARN, TagKeys = [] }, call) {
      await alarms.setTags(call, alarmOf(ResourceARN, call), (tags) =>
        tags.filter(([key]) => !TagKeys.includes(key)),
      );
      return {};
    },
    async ListTagsForResource({ ResourceARN }, call) {
      const { tags } = alarms.find(call, alarmOf(ResourceARN, call))!;
      return { Tags: tags.map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}
