/** A Perl scalar as far as expressions need it. */
export type Scalar = string | number;

/** The number at the start of a text, 0 when there is none. */
export function toNumber(value: Scalar): number {
  if (typeof value === 'number') return value;
  const match = /^\s*([+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?))/.exec(value);
  return match ? Number(match[1]) : 0;
}

/** A number as Perl prints it: 15 significant digits. */
export function toText(value: Scalar): string {
  if (typeof value === 'string') return value;
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '-Inf';
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 53) return String(value);
  const rounded = Number(value.toPrecision(15));
  if (Math.abs(rounded) >= 1e15 || Math.abs(rounded) < 1e-4) {
    return rounded.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return String(rounded);
}

/** Everything but '', '0', and 0 is true. */
export function isTrue(value: Scalar): boolean {
  return value !== '' && value !== '0' && value !== 0;
}
