import { type Member, membersOf, type Shape } from '../../shape.ts';

/**
 * Writes an output as compact JSON along its shape: absent members are left out, members that the shape does not know
 * never leave the house, blobs are base64, timestamps are seconds in the form that CloudTrail's own servers write
 * (`1.789319538551E9`, as Java prints a double). The SDK's writer would give plain decimals.
 */
export function writeJson(member: Member, value: unknown): string {
  return writeValue(member.shape, value ?? {});
}

function writeValue(shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return writeStructure(shape, value as Readonly<Record<string, unknown>>);
    case 'list':
      return `[${Array.from(value as Iterable<unknown>, (item) => writeItem(shape.item.shape, item)).join(',')}]`;
    case 'map':
      return writeMap(shape.value.shape, value as Readonly<Record<string, unknown>>);
    case 'timestamp':
      return writeSeconds(value as Date);
    case 'blob':
      return JSON.stringify(Buffer.from(value as Uint8Array).toString('base64'));
    case 'unit':
      return '{}';
    case 'big':
      return String(value);
    default:
      return JSON.stringify(value);
  }
}

function writeItem(shape: Shape, item: unknown): string {
  return item === null || item === undefined ? 'null' : writeValue(shape, item);
}

function writeStructure(shape: Shape, value: Readonly<Record<string, unknown>>): string {
  const parts: string[] = [];
  for (const member of membersOf(shape).values()) {
    const given = value[member.name];
    if (given === undefined || given === null) continue;
    parts.push(`${JSON.stringify(member.name)}:${writeValue(member.shape, given)}`);
  }
  return `{${parts.join(',')}}`;
}

function writeMap(shape: Shape, value: Readonly<Record<string, unknown>>): string {
  const parts: string[] = [];
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined && item !== null) parts.push(`${JSON.stringify(key)}:${writeValue(shape, item)}`);
  }
  return `{${parts.join(',')}}`;
}

/** Java's Double.toString: plain between 10^-3 and 10^7, else one digit, point, the rest, `E`, exponent. */
export function writeSeconds(date: Date): string {
  const seconds = date.getTime() / 1000;
  if (Number.isNaN(seconds)) throw new TypeError('an output holds an invalid Date');
  const size = Math.abs(seconds);
  if (size === 0) return '0.0';
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(seconds) ? `${seconds}.0` : String(seconds);
  const [mantissa = '', exponent = ''] = seconds.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}
