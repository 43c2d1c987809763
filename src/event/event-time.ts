const EVENT_TIME = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

/**
 * Reads `eventTime`: ISO 8601 in UTC, whole seconds as AWS writes it, fractions allowed since real records have them.
 * Answers milliseconds since the epoch, or undefined for anything else (a day that does not exist included).
 */
export function parseEventTime(text: unknown): number | undefined {
  if (typeof text !== 'string' || !EVENT_TIME.test(text)) return undefined;
  const time = Date.parse(text);
  // Date.parse moves a day that does not exist into the next month.
  const exists = time >= 0 && new Date(time).getUTCDate() === Number(text.slice(8, 10));
  return exists ? time : undefined;
}

/** `2026-11-01T10:00:00Z`: the form of `eventTime` and of most times in CloudTrail's files, whole seconds. */
export function formatEventTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
