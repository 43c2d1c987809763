import { expect, it } from 'vitest';
import { formatEventTime, parseEventTime } from './event-time.ts';

it.each([
  ['2026-11-01T10:00:00Z', Date.UTC(2026, 10, 1, 10)],
  ['2014-03-06T21:22:54.123Z', Date.UTC(2014, 2, 6, 21, 22, 54, 123)],
  ['2024-02-29T23:59:59Z', Date.UTC(2024, 1, 29, 23, 59, 59)],
])('reads %s', (text, time) => expect(parseEventTime(text)).toBe(time));

it.each([
  '2023-02-29T00:00:00Z',
  '2026-11-01',
  '2026-11-01T24:00:00Z',
  '2026-13-01T00:00:00Z',
  '',
  5,
  null,
  '2026-11-01T10:00:00+01:00',
])('refuses %s', (text) => expect(parseEventTime(text)).toBeUndefined());

it('writes whole seconds', () =>
  expect(formatEventTime(Date.UTC(2026, 10, 1, 10, 0, 0, 999))).toBe('2026-11-01T10:00:00Z'));

it('reads a time in the same way, whatever was read before it', () => {
  const texts = [
    '2026-11-01T10:00:00Z',
    '2026-11-01T23:59:59Z',
    '2026-11-02T00:00:00Z',
    '1970-01-01T00:00:01Z',
  ];
  for (const before of texts) {
    for (const text of texts) {
      parseEventTime(before);
      expect(parseEventTime(text)).toBe(Date.parse(text));
    }
    parseEventTime(before);
    for (const time of [
      'T24:00:00Z',
      'T1:000:00Z',
      'T10:60:00Z',
      'T10:00:60Z',
      'T10:0:000Z',
      ' 10:00:00Z',
      'T10:00:0/Z',
      'T10:00:00z',
    ]) {
      expect(parseEventTime(`${before.slice(0, 10)}${time}`)).toBeUndefined();
    }
  }
});
