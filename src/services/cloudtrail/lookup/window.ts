import { ServiceError } from '../../../aws/index.ts';

const DAY = 86_400_000;

/** Both ends inclusive, milliseconds since the epoch. `start` may lie after `end`: then nothing can be found. */
export interface LookupWindow {
  readonly start: number;
  readonly end: number;
}

/**
 * The time range of a lookup: the given one, cut to what the history keeps. An open end is now.
 * @throws ServiceError InvalidTimeRangeException when the range ends before it starts
 */
export function readWindow(
  { StartTime, EndTime }: { readonly StartTime?: Date; readonly EndTime?: Date },
  historyDays: number,
  now: number,
): LookupWindow {
  const oldest = now - historyDays * DAY;
  const start = StartTime?.getTime() ?? oldest;
  const end = EndTime?.getTime() ?? Math.max(now, oldest);
  // Also false for times that are no number.
  if (!(start <= end) && !(StartTime === undefined && end < oldest)) {
    throw new ServiceError(
      'InvalidTimeRangeException',
      'Time range is invalid: the start time is after the end time.',
    );
  }
  return { start: Math.max(start, oldest), end };
}
