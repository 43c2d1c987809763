import { InvalidArgumentError } from 'commander';
import { readDuration } from '../config/index.ts';

/**
 * Reads a point in time as people write it: ISO 8601 (without a zone: UTC), epoch seconds or milliseconds, `now`, or
 * a time before now such as `-1h` and `-7d`. Answers milliseconds. @throws InvalidArgumentError
 */
export function readTime(text: string, now: number): number {
  if (text === 'now') return now;
  if (text.startsWith('-')) {
    const ago = readDuration(text.slice(1));
    if (ago !== undefined) return now - ago;
  }
  if (/^\d{1,10}(?:\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  if (/^\d{13}$/.test(text)) return Number(text);
  const iso = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
    text,
  );
  const time = iso ? Date.parse(`${iso[1]}T${iso[2] ?? '00:00'}${iso[3] ?? 'Z'}`) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new InvalidArgumentError('expected a time such as 2026-11-01T10:00:00Z, 1793527200, now, -1h or -7d');
}

/** Reads a duration option; answers milliseconds. @throws InvalidArgumentError */
export function readDurationOption(text: string): number {
  const milliseconds = readDuration(text);
  if (milliseconds === undefined)
    throw new InvalidArgumentError('expected a duration such as 500ms, 10s, 5m or 30d');
  return milliseconds;
}
