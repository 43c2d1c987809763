import { statfs } from 'node:fs/promises';

/** Watches the free space of the data directory's file system: intake stops before the disk is full. */
export interface DiskSpace {
  /** Why nothing can be taken now, or undefined. */
  refusal(): string | undefined;
  /** The same for the events of our own calls, which may use half of the reserve. */
  ownRefusal(): string | undefined;
  readonly freeBytes: number;
  close(): void;
}

const CHECK_EVERY = 1_000;

/** `minFree`: bytes that must stay free, so that what was accepted can still be delivered and cleaned up. */
export async function watchDiskSpace(path: string, minFree: number): Promise<DiskSpace> {
  let freeBytes = 0;
  const check = async () => {
    const { bavail, bsize } = await statfs(path);
    freeBytes = bavail * bsize;
  };
  await check();
  // A failed look keeps the last answer: the next write will tell.
  const timer = setInterval(() => void check().catch(() => undefined), CHECK_EVERY);
  timer.unref();
  const below = (reserve: number) =>
    freeBytes < reserve
      ? `the disk of the data directory has ${Math.floor(freeBytes / 1e6)} MB left, less than --min-free-disk`
      : undefined;
  return {
    refusal: () => below(minFree),
    ownRefusal: () => below(minFree / 2),
    get freeBytes() {
      return freeBytes;
    },
    close: () => clearInterval(timer),
  };
}
