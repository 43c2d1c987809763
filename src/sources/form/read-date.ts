const DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Milliseconds since the epoch of `2024-08-06`, `2024-08-06T08:44`, `2024-08-06T08:44:13.220Z`; without an offset it is a
 * time of `timezone`. Undefined: it is no date (ISO 8601, RFC 3339).
 */
export function readDate(text: string, timezone: string): number | undefined {
  const found = DATE.exec(text);
  if (!found) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const milliseconds = Math.floor(Number(`0.${found[7] ?? '0'}`) * 1000);
  const local = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  // 31 February and 25 o'clock would roll over into another day.
  if (new Date(local).toISOString().slice(0, 19) !== isoOf(found)) return undefined;
  const offset = found[8];
  if (offset === 'Z') return local;
  if (offset !== undefined) return local - offsetOf(offset);
  // Twice: the offset at the first guess may be that of the other side of a change to summer time.
  const guess = local - zoneOffset(local, timezone);
  return local - zoneOffset(guess, timezone);
}

/** True for a name that the system's time zone data knows. */
export function isTimezone(name: string): boolean {
  if (name.length > 64) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function isoOf(found: RegExpExecArray): string {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = found;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}`;
}

function offsetOf(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.slice(1).replace(':', '');
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
}

/** How far the clocks of `timezone` are ahead of UTC at `time`. */
function zoneOffset(time: number, timezone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(time);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return shown - Math.floor(time / 1000) * 1000;
}
