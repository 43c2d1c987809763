import type { GetInsightSelectorsResponse } from '@aws-sdk/client-cloudtrail';
import { ServiceError } from '../../../aws/index.ts';
import type { Trail } from '../../../trails/index.ts';
import type { CloudTrailDependencies, CloudTrailHandlers } from '../dependencies.ts';

/** What a trail is watched for. */
export function insightHandlers({ trails }: CloudTrailDependencies) {
  return {
    PutInsightSelectors: async (input, call) => {
      const name = trailNameOf(input.TrailName, input.EventDataStore ?? input.InsightsDestination);
      return selectorsOf(await trails.putInsightSelectors(call, name, input.InsightSelectors ?? []));
    },

    GetInsightSelectors: async (input, call) =>
      selectorsOf(trails.insightSelectors(call, trailNameOf(input.TrailName, input.EventDataStore))),
  } satisfies CloudTrailHandlers;
}

/** A trail or an event data store, one of them; and of event data stores there are none. */
function trailNameOf(trailName: string | undefined, eventDataStore: string | undefined): string {
  if (trailName !== undefined && eventDataStore !== undefined) {
    throw new ServiceError(
      'InvalidParameterCombinationException',
      'You can specify either a trail name or an event data store, but not both.',
    );
  }
  if (eventDataStore !== undefined) {
    throw new ServiceError(
      'UnsupportedOperationException',
      'Insights on event data stores are not supported by this server.',
    );
  }
  if (trailName === undefined) {
    throw new ServiceError('InvalidParameterException', 'You must specify a trail name.');
  }
  return trailName;
}

function selectorsOf({ arn, insightSelectors }: Trail): GetInsightSelectorsResponse {
  const copy = structuredClone(insightSelectors) as GetInsightSelectorsResponse['InsightSelectors'];
  return { TrailARN: arn, InsightSelectors: copy };
}
