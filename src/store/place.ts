import { hash64 } from './native/index.ts';

/**
 * Where an event stands within its lane. Lanes are stored newest first, so time is kept reversed; reading forwards
 * is cheaper than backwards. Seconds and milliseconds are separate because nearly all event times are whole
 * seconds: the millisecond column then takes no space.
 *
 * Events of one millisecond are ordered by 48 bits of a hash of their id. The index keeps the first 16 only (its
 * size is mostly these), so a place read from the index names one event or, rarely, a few.
 */
export interface Place {
  /** 4294967295 minus the time in whole seconds. */
  readonly seconds: number;
  /** 999 minus the millisecond. */
  readonly millis: number;
  /** The first 16 bits of the id's hash. */
  readonly tie: number;
  /** 32 more bits of it. */
  readonly rest: number;
}

const LAST_SECOND = 0xffffffff;
const SEED = { high: 0, low: 0 };

/** The reversed second of a time in ms; times outside 1970–2106 stand at the edge. */
export function reversedSecond(time: number): number {
  return LAST_SECOND - Math.min(Math.max(Math.floor(time / 1000), 0), LAST_SECOND);
}

/** The reversed millisecond of a time in ms. */
export function reversedMillis(time: number): number {
  const second = Math.floor(time / 1000);
  if (second < 0) return 999;
  if (second > LAST_SECOND) return 0;
  return 999 - Math.floor(time - second * 1000);
}

/** The place of an event with this time (ms) and id. */
export function placeOf(time: number, eventId: string): Place {
  const hash = hash64(SEED, 0, eventId);
  return {
    seconds: reversedSecond(time),
    millis: reversedMillis(time),
    tie: hash.high >>> 16,
    rest: hash.low,
  };
}

/** The time in ms of a stored place. */
export function timeOf(seconds: number, millis: number): number {
  return (LAST_SECOND - seconds) * 1000 + (999 - millis);
}
