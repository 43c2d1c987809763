import type { RootDatabase } from 'lmdb';
import type * as room from './index.ts';

const opened = new Map<string, RootDatabase<unknown, string>>();

/** The room's door, for `vi.mock`, with the environments that are opened through it within reach of `fillDisk`. */
export async function watchedDoor(original: () => Promise<unknown>): Promise<typeof room> {
  const real = (await original()) as typeof room;
  return {
    ...real,
    openEnvironment(path, options) {
      const root = real.openEnvironment(path, options);
      opened.set(path, root as never);
      return root as never;
    },
  };
}

/** From now on, while `isFull` says so, this kind of write fails in all tables of the environment opened last in `path`. */
export function fillDisk(path: string, write: 'batch' | 'transaction', isFull: () => boolean): void {
  // Each environment has a class of its own.
  const tables = Object.getPrototypeOf(opened.get(path)) as Record<
    typeof write,
    (...given: unknown[]) => unknown
  >;
  const real = tables[write];
  tables[write] = function (...given) {
    return isFull() ? Promise.reject(new Error('ENOSPC')) : real.apply(this, given);
  };
}
