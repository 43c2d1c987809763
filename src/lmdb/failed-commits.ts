import type { RootDatabase } from 'lmdb';

const WRITES = ['put', 'remove', 'batch', 'transaction', 'drop'] as const;

/**
 * Lets a commit that failed (a full disk) be the matter of whoever waits for it. The library rejects two promises more
 * than those that it gives out: the error's own `commitError`, and in a batch that of each single write. Nobody can wait
 * for these, and a rejection that nobody hears ends the process.
 */
export function hearFailedCommits(root: RootDatabase<never, never>): void {
  // Each environment has a class of its own, which its tables share.
  // All writes of a batch are given the same promise.
  let heard: unknown;
  const tables = Object.getPrototypeOf(root) as Record<string, (...given: unknown[]) => unknown>;
  for (const name of WRITES) {
    const write = tables[name];
    if (!write) throw new Error(`lmdb: an environment has no ${name}`);
    tables[name] = function (...given) {
      const written = write.apply(this, given);
      if (written instanceof Promise && written !== heard) {
        heard = written;
        written.catch(hear);
      }
      return written;
    };
  }
}

function hear(error: unknown): void {
  const { commitError } = (error ?? {}) as { readonly commitError?: unknown };
  if (commitError instanceof Promise) commitError.catch(() => undefined);
}
