import type { FoundRecord, Searcher, SearchRequest } from '../repos/index.ts';

/** How often is looked. */
const EVERY = 1_000;
/** What arrived is found a little later; so long is looked back each time, and what was seen is left out. */
const LOOK_BACK = 120_000;
/** More than this at once nobody reads. */
const MAX_AT_ONCE = 10_000;

/** What a follower is told: events as they arrive, or that the connection still stands. */
export type Followed = readonly FoundRecord[];

/**
 * Finds the newest `limit` events, then those that arrive, oldest first within each answer; an empty answer between says
 * that there is nothing new. Never ends by itself: it stops when `signal` aborts.
 */
export async function* followSearch(options: {
  readonly searcher: Searcher;
  readonly request: SearchRequest;
  readonly limit: number;
  readonly now: () => number;
  readonly signal: AbortSignal;
}): AsyncGenerator<Followed> {
  const { searcher, request, limit, now, signal } = options;
  const seen = new Map<string, number>();
  const fresh = (page: readonly FoundRecord[]) => {
    const at = now();
    return page.filter((found) => {
      const key = `${found.repo}\u0000${found.id}\u0000${found.time}`;
      const isNew = !seen.has(key);
      seen.delete(key);
      seen.set(key, at);
      return isNew;
    });
  };

  // In this order: what arrives between the two is shown by the second, or found anew by the next.
  let since = now() - LOOK_BACK;
  for await (const page of searcher.find({ ...request, arrivedSince: since }, MAX_AT_ONCE)) fresh(page);
  const newest: FoundRecord[] = [];
  for await (const page of searcher.find(request, limit)) newest.push(...page);
  fresh(newest);
  yield newest.reverse();

  while (!signal.aborted) {
    await pause(EVERY, signal);
    if (signal.aborted) return;
    const arrived: FoundRecord[] = [];
    for await (const page of searcher.find({ ...request, arrivedSince: since }, MAX_AT_ONCE)) {
      arrived.push(...fresh(page));
      if (signal.aborted) return;
    }
    since = now() - LOOK_BACK;
    // In order of the last time that they were found; what was not found again has left the look-back.
    for (const [key, at] of seen) {
      if (at >= since - EVERY) break;
      seen.delete(key);
    }
    yield arrived.reverse();
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
