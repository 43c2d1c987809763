import { extname } from 'node:path';
import { SHARE_ENV, Worker } from 'node:worker_threads';

/**
 * Starts a thread that reads log files: it expects a `Place`, then `InspectOrder`s. Its start takes as long as to read
 * hundreds of them.
 */
export function startInspectThread(): Worker {
  // The same way from here and from the command, where bundled modules find themselves.
  const file = new URL(`../validate-logs/inspect-worker${extname(import.meta.url)}`, import.meta.url);
  // Copying the environment, and keeping a list of open files, would cost a little each time.
  const worker = new Worker(file, { env: SHARE_ENV, trackUnmanagedFds: false });
  // Whoever gives it work looks whether it is still there.
  return worker.on('error', () => undefined);
}
