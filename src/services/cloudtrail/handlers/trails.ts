import type { CloudTrailDependencies, CloudTrailHandlers } from '../dependencies.ts';
import { readTags } from '../shapes/tags.ts';
import { configurationOf, descriptionOf, type SettingsInput, settingsOf } from '../shapes/trail.ts';

/** Making, changing, removing and describing trails. */
export function trailHandlers({ trails }: CloudTrailDependencies) {
  return {
    CreateTrail: async (input, call) => {
      const trail = await trails.create(call, input.Name ?? '', settingsOf(input), readTags(input.TagsList));
      return configurationOf(trail);
    },

    UpdateTrail: async (input, call) => {
      const trail = await trails.update(call, input.Name ?? '', settingsOf(input));
      return { ...configurationOf(trail), ...removed(input) };
    },

    DeleteTrail: async (input, call) => {
      await trails.delete(call, input.Name ?? '');
      return {};
    },

    GetTrail: async (input, call) => ({ Trail: descriptionOf(trails.get(call, input.Name ?? '', 'name')) }),

    DescribeTrails: async (input, call) => ({
      trailList: trails
        .describe(call, input.trailNameList ?? [], input.includeShadowTrails ?? true)
        .map(descriptionOf),
    }),

    ListTrails: async (_input, call) => ({
      Trails: trails
        .list(call)
        .map(({ arn, name, homeRegion }) => ({ TrailARN: arn, Name: name, HomeRegion: homeRegion })),
    }),
  } satisfies CloudTrailHandlers;
}

/** The answer to the update that takes a topic away still has its members, empty; later reads have not. */
function removed(input: SettingsInput): { SnsTopicName?: string; SnsTopicARN?: string } {
  return input.SnsTopicName === '' ? { SnsTopicName: '', SnsTopicARN: '' } : {};
}
