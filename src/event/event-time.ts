const EVENT_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?Z$/;

/**
 * Reads `eventTime`: ISO 8601 in UTC, whole seconds as AWS writes it, fractions allowed since real records have them.
 * Answers milliseconds since the epoch, or undefined for anything else (a day that does not exist included).
 */
export function parseEventTime(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const match = EVENT_TIME.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const time = Date.UTC(
    year,
    month - 1,
    day,
    hour,
    minute,
    Math.min(second, 59),
    Number(`0.${match[7] ?? 0}`) * 1000,
  );
  const back = new Date(time);
  return back.getUTCMonth() === month - 1 && back.getUTCDate() === day && year >= 1970 ? time : undefined;
}

/** `2026-11-01T10:00:00Z`: the form of `eventTime` and of most times in CloudTrail's files, whole seconds. */
export function formatEventTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
