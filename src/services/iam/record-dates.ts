/** The value with each time as `Jan 22, 2021 12:46:28 AM`, UTC, as iam and sts records hold them. */
export function withRecordDates(value: unknown): unknown {
  if (value instanceof Date) return recordDate(value);
  if (Array.isArray(value)) return value.map(withRecordDates);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withRecordDates(member)]));
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function recordDate(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const hour = date.getUTCHours();
  const clock = `${hour % 12 || 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const day = `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`;
  return `${day} ${clock} ${hour < 12 ? 'AM' : 'PM'}`;
}
