const EVENT_TIME = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

/**
 * Reads `eventTime`: ISO 8601 in UTC, whole seconds as AWS writes it, fractions allowed since real records have them.
 * Answers milliseconds since the epoch, or undefined for anything else (a day that does not exist included).
 */
export function parseEventTime(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  if (text.length === WHOLE && text.startsWith(lastDay)) {
    const time = timeOfDay(text);
    if (time !== undefined) return lastStart + time;
  }
  if (!EVENT_TIME.test(text)) return undefined;
  const time = Date.parse(text);
  // Date.parse moves a day that does not exist into the next month.
  const exists = time >= 0 && new Date(time).getUTCDate() === Number(text.slice(8, 10));
  if (!exists) return undefined;
  lastDay = text.slice(0, 10);
  lastStart = time - (time % 86_400_000);
  return time;
}

/** Records that follow one another are of one day: all but its time need not be read again. */
let lastDay = 'none';
let lastStart = 0;
/** Characters of `2026-11-01T10:00:00Z`. */
const WHOLE = 20;

/** Milliseconds since midnight; undefined: not of this form. */
function timeOfDay(text: string): number | undefined {
  if (text[10] !== 'T' || text[13] !== ':' || text[16] !== ':' || text[19] !== 'Z') return undefined;
  const hours = twoDigits(text, 11);
  const minutes = twoDigits(text, 14);
  const seconds = twoDigits(text, 17);
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** 100: no digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 100;
}

/** `2026-11-01T10:00:00Z`: the form of `eventTime` and of most times in CloudTrail's files, whole seconds. */
export function formatEventTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
