import { CheckFailure } from '../failure.ts';
import { guarded } from '../perl/guard.ts';
import { toText } from '../perl/number.ts';
import { compilePattern } from '../perl/pattern.ts';
import { type Perfdata, perfdataOf } from './perfdata.ts';

/** Pattern and new label of each `--explode-perfdata-max`; `all` gives every maximum a value of its own. */
export type Explosion = 'none' | 'all' | ReadonlyMap<string, string>;

/** Reads the option's values. @throws CheckFailure for one that is not `match,label` */
export function readExplosion(texts: readonly string[]): Explosion {
  if (texts.length === 0) return 'none';
  if (texts[0] === '') return 'all';
  const labels = new Map<string, string>();
  for (const text of texts) {
    const [match = '', label] = text.split(',');
    if (label === undefined) {
      throw new CheckFailure(`Wrong explode-perfdata-max option '${text}' (syntax: match,value)`);
    }
    labels.set(match, label);
  }
  return labels;
}

/** The values, and after them a new one for each maximum that the option asks for. */
export function explodeMaxima(
  all: readonly Perfdata[],
  explosion: Explosion,
  mode: string,
): readonly Perfdata[] {
  if (explosion === 'none') return all;
  const added = all
    .filter(({ max }) => max !== '')
    .flatMap((perfdata) => {
      const label = explosion === 'all' ? `${perfdata.label}_max` : labelFor(perfdata.label, explosion);
      if (label === undefined) return [];
      return [perfdataOf({ label, value: toText(perfdata.max), unit: perfdata.unit }, mode)];
    });
  return [...all, ...added];
}

function labelFor(label: string, explosion: ReadonlyMap<string, string>): string | undefined {
  for (const [match, wanted] of explosion) {
    const pattern = compilePattern(match);
    if (guarded(match, () => pattern.test(label))) return wanted;
  }
  return undefined;
}
