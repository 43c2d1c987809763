import type { Selectors, Trail } from '../trail.ts';
import { TrailError } from '../trail-error.ts';

/** An Insights selector as it comes over the wire. */
export interface InsightSelectorInput {
  readonly InsightType?: string;
  readonly EventCategories?: readonly string[];
}

/**
 * Checks Insights selectors against what the trail selects; absent categories mean management events. Call rates
 * of management events are measured on writes, so a trail that takes only reads cannot have them.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html
 * @throws TrailError InvalidInsightSelectorsException
 */
export function checkInsightSelectors(
  input: readonly InsightSelectorInput[],
  selectors: Selectors,
): Trail['insightSelectors'] {
  const seen = new Set<string>();
  return input.map(({ InsightType = '', EventCategories }) => {
    if (InsightType !== 'ApiCallRateInsight' && InsightType !== 'ApiErrorRateInsight') {
      throw refusal(
        `Insight type ${InsightType} is not valid. Valid values: ApiCallRateInsight, ApiErrorRateInsight.`,
      );
    }
    if (seen.has(InsightType)) throw refusal(`Insight type ${InsightType} can be specified only once.`);
    seen.add(InsightType);
    const categories = EventCategories?.length ? [...new Set(EventCategories)] : ['Management'];
    for (const category of categories) {
      if (category !== 'Management' && category !== 'Data') {
        throw refusal(`Event category ${category} is not valid. Valid values: Management, Data.`);
      }
      if (!supports(selectors, category, InsightType === 'ApiCallRateInsight')) {
        const events =
          category === 'Data'
            ? 'data'
            : InsightType === 'ApiCallRateInsight'
              ? 'write management'
              : 'management';
        throw refusal(`${InsightType} on ${category} events needs a trail that logs ${events} events.`);
      }
    }
    return { InsightType, EventCategories: categories };
  });
}

function supports(selectors: Selectors, category: 'Management' | 'Data', rate: boolean): boolean {
  if (selectors.kind === 'basic') {
    return selectors.selectors.some((selector) =>
      category === 'Data'
        ? selector.DataResources.length > 0
        : selector.IncludeManagementEvents && !(rate && selector.ReadWriteType === 'ReadOnly'),
    );
  }
  return selectors.selectors.some(({ FieldSelectors }) => {
    const equals = (field: string) => FieldSelectors.find(({ Field }) => Field === field)?.Equals?.[0];
    return (
      equals('eventCategory') === category &&
      !(rate && category === 'Management' && equals('readOnly') === 'true')
    );
  });
}

function refusal(message: string): TrailError {
  return new TrailError('InvalidInsightSelectorsException', message);
}
