import type { Selectors } from '../trail.ts';
import { TrailError } from '../trail-error.ts';
import { type AdvancedEventSelectorInput, validateAdvancedEventSelectors } from './advanced.ts';
import { type EventSelectorInput, validateEventSelectors } from './basic.ts';

/** Both families as PutEventSelectors takes them; exactly one may be given. */
export interface SelectorsInput {
  readonly basic?: readonly EventSelectorInput[];
  readonly advanced?: readonly AdvancedEventSelectorInput[];
}

/** What a trail selects before any PutEventSelectors: all management events. */
export const DEFAULT_SELECTORS: Selectors = {
  kind: 'basic',
  selectors: [
    {
      ReadWriteType: 'All',
      IncludeManagementEvents: true,
      DataResources: [],
      ExcludeManagementEventSources: [],
    },
  ],
};

/**
 * Checks the selectors of one PutEventSelectors, defaults filled in, order kept.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
 * @throws TrailError InvalidEventSelectorsException
 */
export function validateSelectors({ basic, advanced }: SelectorsInput): Selectors {
  if (basic && advanced) {
    throw new TrailError(
      'InvalidEventSelectorsException',
      'You can select events by using either EventSelectors or AdvancedEventSelectors, but not both.',
    );
  }
  return advanced ? validateAdvancedEventSelectors(advanced) : validateEventSelectors(basic ?? []);
}

/** The selectors as GetEventSelectors shows them: fields sorted by name. */
export function sortedByField(selectors: Selectors): Selectors {
  if (selectors.kind === 'basic') return selectors;
  return {
    kind: 'advanced',
    selectors: selectors.selectors.map((selector) => ({
      ...selector,
      FieldSelectors: [...selector.FieldSelectors].sort((a, b) =>
        a.Field < b.Field ? -1 : a.Field > b.Field ? 1 : 0,
      ),
    })),
  };
}
