import { type Hash64, hash64 } from '../../store/native/index.ts';

/** `age` plus the time is this: the last moment that a date can have, in milliseconds. */
export const LAST_MOMENT = 8_640_000_000_000_000;

/** `age` of a time in milliseconds; times that no date can have stand at the edge. */
export function ageOf(time: number): number {
  return LAST_MOMENT - Math.trunc(Math.min(Math.max(time, 0), LAST_MOMENT));
}

/** The order of events of one millisecond, and the key by which an id is found; ids are compared without case. */
export function tieOf(eventId: string): Hash64 {
  return hash64({ high: 0, low: 0 }, 1, eventId.toLowerCase());
}
