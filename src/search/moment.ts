/** A time as written, which may be a whole day or minute: its first and last millisecond. */
export interface Moment {
  readonly from: number;
  readonly to: number;
}

const FORM =
  /^(\d{4})-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(Z|[+-]\d{2}:\d{2})?)?)?$/i;

/**
 * Reads `2026-11`, `2026-11-01`, `2026-11-01T10:00`, `2026-11-01T10:00:00Z`; without a zone it is UTC. What is left out
 * is meant whole: a day has 24 hours. Undefined for anything else.
 */
export function readMoment(text: string): Moment | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const iso =
    `${year}-${month}-${day ?? '01'}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}` +
    `.${(fraction ?? '').padEnd(3, '0')}${zone?.toUpperCase() ?? 'Z'}`;
  const from = Date.parse(iso);
  // 2026-02-31 would be a day in March.
  if (
    Number.isNaN(from) ||
    (day !== undefined && new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDate() !== Number(day))
  ) {
    return undefined;
  }
  return { from, to: lastOf(from, match) };
}

function lastOf(from: number, [, , , day, hour, , second, fraction]: RegExpExecArray): number {
  if (day === undefined) {
    const date = new Date(from);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) - 1;
  }
  if (hour === undefined) return from + 86_400_000 - 1;
  if (second === undefined) return from + 60_000 - 1;
  if (fraction === undefined) return from + 1_000 - 1;
  return from + 10 ** (3 - fraction.length) - 1;
}
