/**
 * A number as CloudWatch prints it in reasons and messages, which is Java's Double.toString: `1.0`, `0.25`, `1.0E10`.
 * NaN and the infinities have no place in JSON and never come here.
 */
export function doubleText(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0.0';
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}

/** A number that is printed as a double by `toJavaJson`. */
export class Double {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A time in reason data and messages: `2026-11-21T05:10:00.000+0000`. */
export function dateText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '+0000');
}

/** Compact JSON in which `Double` stands as Java writes it. Members that are undefined are left out. */
export function toJavaJson(value: unknown): string {
  if (value instanceof Double) return doubleText(value.value);
  if (Array.isArray(value)) return `[${value.map(toJavaJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${toJavaJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}
