import type { TimestampFormat } from './shape.ts';

/** The farthest that a Date reaches, in milliseconds either side of the epoch (ECMA-262, 21.4.1.1). */
const reach = 8.64e15;

/**
 * Reads a timestamp in any form that AWS's clients send: epoch seconds as a number or as digits (fractions and
 * exponents allowed), ISO 8601, or an HTTP date. `undefined` when it is none of them.
 */
export function readTimestamp(value: unknown): Date | undefined {
  if (typeof value === 'number') return fromSeconds(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^[+-]?\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,3})?$/.test(text)) return fromSeconds(Number(text));
  // Date.parse alone accepts far too much ("1 apples"), so the form is checked first.
  if (
    !/^(\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?|[A-Z][a-z]{2,8}, .{10,40})$/.test(
      text,
    )
  ) {
    return undefined;
  }
  // A time without a zone is UTC to AWS, and local time to Date.parse.
  const zoned =
    /^\d{4}/.test(text) && text.length > 10 && !/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? `${text}Z` : text;
  const parsed = Date.parse(zoned);
  return Number.isNaN(parsed) ? undefined : new Date(parsed);
}

/** Writes a timestamp as text; `default` is what the protocol uses where the shape says nothing. */
export function writeTimestamp(
  date: Date,
  format: TimestampFormat,
  protocolDefault: TimestampFormat,
): string {
  const effective = format === 'default' ? protocolDefault : format;
  if (effective === 'http-date') return date.toUTCString();
  if (effective === 'epoch-seconds') return String(date.getTime() / 1000);
  return date.toISOString();
}

function fromSeconds(seconds: number): Date | undefined {
  const milliseconds = Math.round(seconds * 1000);
  return Math.abs(milliseconds) <= reach ? new Date(milliseconds) : undefined;
}
