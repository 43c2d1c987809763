import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, in memory, that can be filled. */
export interface SmallDisk {
  readonly path: string;
  freeBytes(): number;
  /** Fills it until `left` bytes are free; 0 is to the last byte that it gives. */
  fill(left: number): void;
  /** Takes the filling away. */
  empty(): void;
  remove(): void;
}

/** Makes one of `bytes`; undefined where this process may not mount. */
export function makeSmallDisk(bytes: number): SmallDisk | undefined {
  const path = mkdtempSync(join(tmpdir(), 'opentrail-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'opentrail-test', path]);
  if (mounted.status !== 0) {
    rmdirSync(path);
    return undefined;
  }
  const filling = join(path, 'filling');
  const freeBytes = () => {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  };
  return {
    path,
    freeBytes,
    fill(left) {
      const file = openSync(filling, 'a');
      try {
        for (let step = 1 << 20; step >= 512; ) {
          if (left > 0 && freeBytes() <= left) return;
          try {
            if (writeSync(file, Buffer.alloc(step, 1)) < step) step /= 2;
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
            step /= 2;
          }
        }
      } finally {
        closeSync(file);
      }
    },
    empty: () => rmSync(filling, { force: true }),
    remove() {
      // Lazily: a process of a failed test may still be in it.
      spawnSync('umount', ['-l', path]);
      rmdirSync(path);
    },
  };
}
