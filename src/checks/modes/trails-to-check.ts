import { CheckFailure } from '../failure.ts';
import type { OptionSpec } from '../options/option-spec.ts';
import { guarded } from '../perl/guard.ts';
import { compilePattern } from '../perl/pattern.ts';
import type { TrailDescription, TrailStatus } from '../source/trail-source.ts';
import type { ModeContext } from './mode.ts';

/** Options of the modes that look at one trail or at all. */
export const TRAIL_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'trail-name',
    kind: 'value',
    text: 'Name or ARN of a trail; without it, all trails of the Region.',
  },
  { name: 'filter-name', kind: 'value', text: 'Of all trails, keep those whose name matches the regexp.' },
];

/** A trail and how it is. */
export interface CheckedTrail {
  readonly name: string;
  /** As GetTrailStatus knows it: the name that was given, or the ARN. */
  readonly id: string;
  /** Undefined when only the name was given and nothing else was asked. */
  readonly description: TrailDescription | undefined;
  readonly status: TrailStatus;
}

/** The trails that the options choose, each with its status. @throws CheckFailure when there is none */
export async function trailsToCheck({ options, source }: ModeContext): Promise<readonly CheckedTrail[]> {
  const api = await source();
  const name = options.text('trail-name');
  if (name !== undefined) {
    const status = await api.trailStatus(name);
    return [{ name: shortName(name), id: name, description: undefined, status }];
  }
  const checked: CheckedTrail[] = [];
  for (const trail of filterByName(await api.trails(), options.text('filter-name'))) {
    const id = trail.TrailARN ?? trail.Name ?? '';
    checked.push({ name: trail.Name ?? '', id, description: trail, status: await api.trailStatus(id) });
  }
  if (checked.length === 0) throw new CheckFailure('No trail found.');
  return checked;
}

/** Trails whose name matches. @throws CheckFailure for a pattern that is none */
export function filterByName(
  trails: readonly TrailDescription[],
  pattern: string | undefined,
): readonly TrailDescription[] {
  if (pattern === undefined) return trails;
  const compiled = compilePattern(pattern);
  return guarded(pattern, () => trails.filter(({ Name = '' }) => compiled.test(Name)));
}

function shortName(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:.*:trail\//, '');
}
