import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';

const DATA = 'data.mdb';
const KNOWN: ReadonlySet<string> = new Set([DATA, 'lock.mdb']);

/**
 * Copies the LMDB environment in the folder `from`, open or not, as it is at one moment; writers go on meanwhile. A
 * second handle on the same folder shares the first one's environment, so no room has to give its own away.
 *
 * @throws Error when the folder holds files that are not LMDB's: a backup without them would not be whole
 */
export async function copyLmdb(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.isFile() && !KNOWN.has(entry.name)) {
      throw new Error(`backup: ${join(from, entry.name)} is nothing that a backup knows how to copy`);
    }
  }
  await mkdir(to, { recursive: true, mode: 0o700 });
  const env = open({ path: from, noSubdir: false, readOnly: true, encoding: 'binary', maxDbs: 32 });
  try {
    // Without compaction: the compacting copy gives up on environments that lost track of a free page.
    await env.backup(to, false);
  } finally {
    await env.close();
  }
  await chmod(join(to, DATA), 0o600);
}
