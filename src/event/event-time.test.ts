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
