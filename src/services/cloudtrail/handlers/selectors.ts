import type { GetEventSelectorsResponse } from '@aws-sdk/client-cloudtrail';
import type { Selectors } from '../../../trails/index.ts';
import type { CloudTrailDependencies, CloudTrailHandlers } from '../dependencies.ts';

/** What a trail takes. */
export function selectorHandlers({ trails }: CloudTrailDependencies) {
  return {
    PutEventSelectors: async (input, call) => {
      const { arn, selectors } = await trails.putEventSelectors(call, input.TrailName ?? '', {
        ...(input.EventSelectors ? { basic: input.EventSelectors } : {}),
        ...(input.AdvancedEventSelectors ? { advanced: input.AdvancedEventSelectors } : {}),
      });
      return { TrailARN: arn, ...familyOf(selectors) };
    },

    GetEventSelectors: async (input, call) => {
      const { trail, selectors } = trails.eventSelectors(call, input.TrailName ?? '');
      return { TrailARN: trail.arn, ...familyOf(selectors) };
    },
  } satisfies CloudTrailHandlers;
}

/** One family or the other. The SDK's types are the same members, only not read-only. */
function familyOf(selectors: Selectors): Omit<GetEventSelectorsResponse, 'TrailARN'> {
  const copy = structuredClone(selectors.selectors);
  return selectors.kind === 'basic'
    ? { EventSelectors: copy as GetEventSelectorsResponse['EventSelectors'] }
    : { AdvancedEventSelectors: copy as GetEventSelectorsResponse['AdvancedEventSelectors'] };
}
