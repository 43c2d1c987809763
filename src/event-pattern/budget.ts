import type { PatternLimits } from './limits.ts';
import { EventPatternError } from './pattern-error.ts';

/** Counts what a pattern costs while it is compiled, and refuses what is over the limits. */
export class Budget {
  readonly limits: PatternLimits;
  #fields = 0;
  #wildcardPoints = 0;

  constructor(limits: PatternLimits) {
    this.limits = limits;
  }

  /** @throws EventPatternError */
  enter(depth: number): void {
    if (depth > this.limits.maxDepth)
      throw new EventPatternError(`Pattern is nested deeper than ${this.limits.maxDepth} levels`);
  }

  /** A field with its wildcards, each by its number of stars. @throws EventPatternError */
  addField(stars: readonly number[]): void {
    const { maxFields, maxStars, maxWildcardPoints } = this.limits;
    if (++this.#fields > maxFields)
      throw new EventPatternError(`Filter policy can not have more than ${maxFields} keys`);
    if (stars.some((count) => count > maxStars))
      throw new EventPatternError(
        `A wildcard pattern can not have more than ${maxStars} wildcard characters`,
      );
    const points = stars.reduce((sum, count) => sum + (count > 1 ? 3 : 1), 0);
    this.#wildcardPoints += points * stars.length;
    if (this.#wildcardPoints > maxWildcardPoints)
      throw new EventPatternError(
        'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
      );
  }

  /** @throws EventPatternError */
  checkCombinations(combinations: number): void {
    if (combinations > this.limits.maxCombinations)
      throw new EventPatternError(
        `Filter policy is too complex: ${combinations} combinations of values, more than ${this.limits.maxCombinations}`,
      );
  }
}
