/** Attempts of one call where AWS says that it comes too often or has a fault of its own. */
export const ATTEMPTS = 4;

/** Milliseconds before the second attempt; every later pause is twice the one before. */
export const FIRST_PAUSE = 250;

/** Throttling and server faults pass; anything else will be the same the next time. */
export function isPassing(status: number): boolean {
  return status >= 500 || status === 429;
}
