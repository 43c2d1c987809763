import { ServiceError } from '../../../aws/index.ts';
import type { CloudTrailDependencies, CloudTrailHandlers } from '../dependencies.ts';
import { readTags, writeTags } from '../shapes/tags.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTags.html */
const MAX_RESOURCES = 20;

/** Tags of trails. */
export function tagHandlers({ trails }: CloudTrailDependencies) {
  return {
    AddTags: async (input, call) => {
      await trails.addTags(call, input.ResourceId ?? '', readTags(input.TagsList));
      return {};
    },

    RemoveTags: async (input, call) => {
      await trails.removeTags(call, input.ResourceId ?? '', readTags(input.TagsList));
      return {};
    },

    ListTags: async (input, call) => {
      const arns = input.ResourceIdList ?? [];
      if (arns.length > MAX_RESOURCES) {
        throw new ServiceError(
          'InvalidParameterException',
          `ResourceIdList can have at most ${MAX_RESOURCES} ARNs; found ${arns.length}.`,
        );
      }
      const tagged = trails.listTags(call, arns);
      return {
        ResourceTagList: tagged.map(({ arn, tags }) => ({ ResourceId: arn, TagsList: writeTags(tags) })),
      };
    },
  } satisfies CloudTrailHandlers;
}
