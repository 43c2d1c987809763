import { type Scalar, toText } from './perl/number.ts';
import { scaleBytes } from './scale-bytes.ts';

/** A range in the notation of Nagios plugins (https://nagios-plugins.org/doc/guidelines.html#THRESHOLDFORMAT). */
export interface Threshold {
  /** `@`: alert inside the range instead of outside. */
  readonly inside: boolean;
  /** −∞ for `~`. As written when it is a plain number: `10.50` is shown so again. */
  readonly start: Scalar;
  /** +∞ when it is left out. */
  readonly end: Scalar;
}

const NOTATION =
  /^(@?)((?:~|[+-]?\d+(?:[.,]\d+)?(?:[KMGTPE][bB])?|):)?([+-]?\d+(?:[.,]\d+)?(?:[KMGTPE][bB])?)?$/;

/** Reads a range; undefined when it is none. A comma is a decimal point, a suffix such as `KB` scales to units. */
export function readThreshold(text: string): Threshold | undefined {
  const match = NOTATION.exec(text.replace(/^[ \t\n]+|[ \t\n]+$/g, ''));
  if (!match) return undefined;
  const start = (match[2] ?? '').replace(/[+:]/g, '');
  const end = (match[3] ?? '').replace('+', '');
  return {
    inside: match[1] === '@',
    start: start === '~' ? Number.NEGATIVE_INFINITY : start === '' ? 0 : readBound(start),
    end: end === '' ? Number.POSITIVE_INFINITY : readBound(end),
  };
}

/**
 * Whether `value` raises the alert. Bounds and values with a fraction are compared after rounding to `precision`
 * decimals.
 */
export function violates(threshold: Threshold, value: Scalar, precision = 8): boolean {
  const number = rounded(value, precision);
  const [start, end] = [rounded(threshold.start, precision), rounded(threshold.end, precision)];
  return threshold.inside ? number >= start && number <= end : number < start || number > end;
}

/** The range as perfdata shows it. */
export function showThreshold({ inside, start, end }: Threshold): string {
  const low = start === Number.NEGATIVE_INFINITY ? '~' : toText(start);
  return `${inside ? '@' : ''}${low}:${end === Number.POSITIVE_INFINITY ? '' : toText(end)}`;
}

function readBound(text: string): Scalar {
  const scaled = /^(.*)([KMGTPE])([bB])$/.exec(text);
  if (!scaled) return text.replace(',', '.');
  const [, number = '', quantity = '', unit = ''] = scaled;
  return scaleBytes(Number(number.replace(',', '.')), { quantity, unit }, { quantity: '', unit }).value;
}

function rounded(value: Scalar, precision: number): number {
  const text = toText(value);
  const number = typeof value === 'number' ? value : Number(text);
  return Number.isFinite(number) && text.includes('.') ? Number(number.toFixed(precision)) : number;
}
