/** How the waits of the back-off phase grow; AWS names these four and gives no formulas. */
export type BackOff = 'linear' | 'arithmetic' | 'geometric' | 'exponential';

/**
 * The four phases of tries after the first, in this order; delays in milliseconds.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
export interface RetryPhases {
  /** At once. */
  readonly immediate: number;
  /** Evenly, `least` apart. */
  readonly early: number;
  /** From `least` to `most`. */
  readonly backOff: number;
  /** Evenly, `most` apart. */
  readonly late: number;
  readonly least: number;
  readonly most: number;
  readonly growth: BackOff;
}

/** For queues, as AWS's for endpoints that it runs itself: 100,015 tries over 23 days. */
export const QUEUE_PHASES: RetryPhases = {
  immediate: 3,
  early: 2,
  backOff: 10,
  late: 100_000,
  least: 1_000,
  most: 20_000,
  growth: 'exponential',
};

/** For mail and chat, as AWS's for endpoints of customers: 50 tries in six hours. */
export const PEOPLE_PHASES: RetryPhases = {
  immediate: 0,
  early: 2,
  backOff: 10,
  late: 38,
  least: 10_000,
  most: 600_000,
  growth: 'exponential',
};

/**
 * For http and https without a delivery policy: about six and a half hours. AWS's own default ends after three tries in
 * one minute; who wants that, says so with a delivery policy.
 */
export const HTTP_PHASES: RetryPhases = { ...PEOPLE_PHASES, immediate: 3, late: 35 };

/** Tries in all, the first included. */
export function attemptsOf({ immediate, early, backOff, late }: RetryPhases): number {
  return 1 + immediate + early + backOff + late;
}

/** Milliseconds to wait after `failed` failed tries (from 1), or undefined when the message is given up. */
export function retryDelay(failed: number, phases: RetryPhases): number | undefined {
  if (failed >= attemptsOf(phases)) return undefined;
  if (failed <= phases.immediate) return 0;
  const later = failed - phases.immediate;
  if (later <= phases.early) return phases.least;
  const step = later - phases.early;
  if (step > phases.backOff) return phases.most;
  return Math.round(phases.least + (phases.most - phases.least) * grown(phases, step));
}

/** Seconds from the first try to the last, if each fails at once. */
export function totalSeconds(phases: RetryPhases): number {
  let sum = phases.early * phases.least + phases.late * phases.most;
  const before = phases.immediate + phases.early;
  for (let step = 1; step <= phases.backOff; step++) sum += retryDelay(before + step, phases)!;
  return sum / 1_000;
}

/** How far the wait of a step (from 1) is on the way from the least to the most: 0 to 1. */
function grown({ backOff, least, most, growth }: RetryPhases, step: number): number {
  if (backOff === 1 || most === least) return 0;
  const part = (step - 1) / (backOff - 1);
  switch (growth) {
    case 'linear':
      return part;
    case 'arithmetic':
      // Each wait grows by more than the one before, and by the same more.
      return (step * (step - 1)) / (backOff * (backOff - 1));
    case 'geometric':
      // Each growth is twice the one before.
      return (2 ** (step - 1) - 1) / (2 ** (backOff - 1) - 1);
    case 'exponential':
      // Each wait is the one before times the same number.
      return (least * (most / least) ** part - least) / (most - least);
  }
}
