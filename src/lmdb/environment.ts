import { open, type RootDatabase } from 'lmdb';
import { hearFailedCommits } from './failed-commits.ts';

/** How the values of an environment's own (unnamed) table are written. */
export interface EnvironmentOptions {
  /** Default `json`. */
  readonly encoding?: 'json' | 'binary';
  /** Tables that it may hold beside its own. */
  readonly tables?: number;
}

/**
 * Opens (and makes) an LMDB environment in `path`, a folder of its own, for one process at a time. A transaction spans
 * all its tables. What was written is on disk when the promise of the write resolves, and is seen by no reader before:
 * without `overlappingSync: false` it is seen, and its promise resolves, while its sync is still under way.
 */
export function openEnvironment<Value, Key extends string | number = string>(
  path: string,
  { encoding = 'json', tables = 32 }: EnvironmentOptions = {},
): RootDatabase<Value, Key> {
  const root = open<Value, Key>({
    ...{ path, encoding, noSubdir: false, maxDbs: tables, overlappingSync: false },
    // With it every failed commit rejects a promise that the library keeps to itself, which ends the process.
    eventTurnBatching: false,
  });
  hearFailedCommits(root as never);
  return root;
}

/**
 * Takes `count` numbers of a counter, kept in the environment's own table, and answers the first: 1 of a new counter.
 * Only inside a transaction; numbers are never used twice.
 */
export function nextNumber<Counter extends string>(
  root: RootDatabase<number, string>,
  counter: Counter,
  count = 1,
): number {
  const next = root.get(counter) ?? 1;
  void root.put(counter, next + count);
  return next;
}

/**
 * Runs `work` as one transaction, on disk when it resolves. What it throws comes back as itself; `work` throws before
 * its first write or not at all, since writes of before would stay.
 */
export async function inTransaction<Result>(
  root: Pick<RootDatabase<number, string>, 'transaction'>,
  work: () => Result,
): Promise<Result> {
  const outcome = await root.transaction((): { result: Result } | { failure: unknown } => {
    try {
      return { result: work() };
    } catch (failure) {
      return { failure };
    }
  });
  if ('failure' in outcome) throw outcome.failure;
  return outcome.result;
}
