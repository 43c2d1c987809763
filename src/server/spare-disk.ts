import type { Logger } from 'pino';
import type { DiskSpace } from './disk-space.ts';
import type { OpenedStore } from './open-store.ts';

const LOOK_EVERY = 1_000;

/**
 * Keeps the embedded engine from merging its parts while the disk is nearly full, and starts it again when there is
 * space: an engine that met a full disk in the middle of a merge was seen to put a part without some of its files in the
 * place of whole ones. A start finds such a part, and goes back to those. Answers how to stop.
 */
export function spareDisk(
  { connect, startAnew }: Pick<OpenedStore, 'connect' | 'startAnew'>,
  disk: Pick<DiskSpace, 'refusal'>,
  log: Pick<Logger, 'warn'>,
): () => Promise<void> {
  if (!startAnew) return async () => undefined;
  const connection = connect();
  let isLow = false;
  let working: Promise<void> | undefined;

  async function look(): Promise<void> {
    if (disk.refusal() !== undefined) {
      // Each time: an engine that was started meanwhile merges again.
      await connection.command('SYSTEM STOP MERGES');
      isLow = true;
    } else if (isLow) {
      isLow = false;
      startAnew?.('the disk was nearly full');
    }
  }

  const timer = setInterval(() => {
    working ??= look()
      .catch((error: unknown) => log.warn({ err: error, room: 'store' }, 'merging could not be stopped'))
      .finally(() => {
        working = undefined;
      });
  }, LOOK_EVERY);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await working;
    await connection.close();
  };
}
