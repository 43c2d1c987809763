import { evaluate } from '../perl/expression.ts';
import { guarded } from '../perl/guard.ts';
import { isTrue, type Scalar, toText } from '../perl/number.ts';
import { compilePattern } from '../perl/pattern.ts';
import type { Perfdata } from './perfdata.ts';

/** Which values are shown, and how much of them. */
export interface PerfdataFilter {
  /** Pattern that a label must match; an empty one matches all. */
  readonly label: string | undefined;
  /** Expression that must be true. */
  readonly condition: string | undefined;
  /** Pattern that a unit must match to be shown. */
  readonly unit: string | undefined;
  /** `1` drops a range's start of zero, `2` drops ranges. */
  readonly range: '0' | '1' | '2';
}

/** The values that pass, as they are to be shown. @throws CheckFailure for a bad pattern or expression */
export function filterPerfdata(all: readonly Perfdata[], filter: PerfdataFilter): readonly Perfdata[] {
  const label = optional(filter.label);
  const unit = optional(filter.unit);
  return all
    .filter(
      (perfdata) =>
        (label === undefined || guarded(filter.label!, () => label.test(perfdata.label))) &&
        (!filter.condition || isTrue(evaluate(filter.condition, new Map(Object.entries(perfdata))))),
    )
    .map((perfdata) => ({
      ...perfdata,
      unit: unit === undefined || guarded(filter.unit!, () => unit.test(perfdata.unit)) ? perfdata.unit : '',
      warning: showRange(perfdata.warning, filter.range),
      critical: showRange(perfdata.critical, filter.range),
    }));
}

function optional(pattern: string | undefined): RegExp | undefined {
  return pattern === undefined ? undefined : compilePattern(pattern);
}

function showRange(range: Scalar, how: PerfdataFilter['range']): Scalar {
  if (how === '0') return range;
  return how === '2' ? '' : toText(range).replace(/^(@?)-?[0.]+:/, '$1');
}
