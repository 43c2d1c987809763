import type { AdvancedEventSelector, EventSelector, TrailRule } from '../trail.ts';
import type { MatchedEvent } from './compile-rule.ts';

/**
 * What a rule says of an event before anybody parsed its record: true or false where place and category settle it,
 * undefined where the record must be looked at. Parsing is what matching costs most, and the rules that most trails
 * have never need it. Must agree with `compileRule` wherever it answers.
 */
export function decideEarly(rule: TrailRule): (event: MatchedEvent) => boolean | undefined {
  const byCategory =
    rule.selectors.kind === 'basic'
      ? basicByCategory(rule.selectors.selectors)
      : advancedByCategory(rule.selectors.selectors);
  const needsPlace = !rule.includeGlobalServiceEvents || !rule.recursiveLogging;
  return (event) => {
    if (event.account !== rule.account && !rule.anyAccount) return false;
    if (!rule.multiRegion && event.region !== rule.homeRegion) return false;
    if (event.category === 'Insight') return needsPlace ? undefined : rule.insights;
    const decision = byCategory(event.category);
    return decision === true && needsPlace ? undefined : decision;
  };
}

type ByCategory = (category: MatchedEvent['category']) => boolean | undefined;

function basicByCategory(selectors: readonly EventSelector[]): ByCategory {
  const management = selectors.filter(({ IncludeManagementEvents }) => IncludeManagementEvents);
  const takesAll = management.some(
    (one) => one.ReadWriteType === 'All' && one.ExcludeManagementEventSources.length === 0,
  );
  const takesData = selectors.some(({ DataResources }) => DataResources.length > 0);
  return (category) => {
    if (category === 'Management') return takesAll ? true : management.length === 0 ? false : undefined;
    return category === 'Data' && takesData ? undefined : false;
  };
}

function advancedByCategory(selectors: readonly AdvancedEventSelector[]): ByCategory {
  const wanted = new Set<string>();
  const whole = new Set<string>();
  for (const { FieldSelectors } of selectors) {
    for (const category of FieldSelectors.find(({ Field }) => Field === 'eventCategory')?.Equals ?? []) {
      wanted.add(category);
      if (FieldSelectors.length === 1) whole.add(category);
    }
  }
  return (category) => (whole.has(category) ? true : wanted.has(category) ? undefined : false);
}
