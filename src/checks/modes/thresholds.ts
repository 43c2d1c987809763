import { CheckFailure } from '../failure.ts';
import type { OptionSpec } from '../options/option-spec.ts';
import type { OptionValues } from '../options/option-values.ts';
import type { Scalar } from '../perl/number.ts';
import type { Severity } from '../severity.ts';
import { readThreshold, showThreshold, violates } from '../threshold.ts';

/** The two options of a threshold: `--warning-NAME` and `--critical-NAME`. */
export function thresholdOptions(
  name: string,
  what: string,
  defaults: { readonly warning?: string; readonly critical?: string } = {},
): readonly OptionSpec[] {
  return (['warning', 'critical'] as const).map((level) => ({
    name: `${level}-${name}`,
    kind: 'value',
    text: `Set ${level} threshold for ${what}${defaults[level] === undefined ? '' : ` (default: '${defaults[level]}')`}.`,
    ...(defaults[level] !== undefined && { default: defaults[level] }),
  }));
}

/** @throws CheckFailure for a threshold that is none */
export function checkThresholds(options: OptionValues, ...names: readonly string[]): void {
  for (const name of names) {
    for (const label of [`warning-${name}`, `critical-${name}`]) {
      const text = options.text(label);
      if (text !== undefined && readThreshold(text) === undefined) {
        throw new CheckFailure(`Wrong ${label} threshold '${text}'.`);
      }
    }
  }
}

/** The state of a value: critical is looked at first. */
export function judge(options: OptionValues, name: string, value: Scalar, precision: number): Severity {
  const broken = (level: string) => {
    const threshold = readThreshold(options.text(`${level}-${name}`) ?? '');
    return (
      options.text(`${level}-${name}`) !== undefined && threshold && violates(threshold, value, precision)
    );
  };
  if (broken('critical')) return 'CRITICAL';
  return broken('warning') ? 'WARNING' : 'OK';
}

/** Both thresholds as perfdata shows them. */
export function shownThresholds(
  options: OptionValues,
  name: string,
): { readonly warning: string; readonly critical: string } {
  const show = (level: string) => {
    const text = options.text(`${level}-${name}`);
    const threshold = text === undefined ? undefined : readThreshold(text);
    return threshold ? showThreshold(threshold) : '';
  };
  return { warning: show('warning'), critical: show('critical') };
}
