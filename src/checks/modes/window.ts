import { toNumber } from '../perl/number.ts';
import type { Window } from '../source/trail-source.ts';

/** The last `minutes` (a text as it was given) before now; undefined, which means all there is, when none were given. */
export function windowOf(minutes: string | undefined, now: number): Window | undefined {
  if (minutes === undefined) return undefined;
  const end = Math.floor(now / 1000);
  return { start: Math.trunc(end - toNumber(minutes) * 60), end };
}
