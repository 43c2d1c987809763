import { constants, existsSync } from 'node:fs';
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where an engine of this directory looks for rows; its process empties it when it starts. */
export function spoolOf(directory: string): string {
  return join(directory, 'opentrail-spool');
}

let files = 0;
/** Of each spool a file that nobody reads any more: its place in the page cache is there already. */
const spares = new Map<string, string>();
/** Fewer bytes are not worth it, and would make the file small. */
const LEAST_SPARE = 8 << 20;

/**
 * Writes rows into a file that the engine parses in its own threads, and takes it away again; they need not go through a
 * socket and its process's one thread of JavaScript. The page cache keeps the file in memory.
 * @throws ENOENT when an engine was started meanwhile, which emptied the spool
 */
export async function withSpooledRows(
  spool: string,
  rows: readonly Buffer[],
  use: (file: string) => Promise<void>,
): Promise<void> {
  const bytes = rows.reduce((sum, part) => sum + part.length, 0);
  const isLarge = bytes >= LEAST_SPARE;
  const file = (isLarge && takeSpare(spool)) || join(spool, `rows-${++files}`);
  try {
    await write(file, rows, bytes);
    await use(file);
  } catch (error) {
    // An engine that failed may still be reading it.
    const isThere = existsSync(file);
    await rm(file, { force: true });
    if (isThere) throw error;
    throw Object.assign(new Error(`${file} is gone`, { cause: error }), { code: 'ENOENT' });
  }
  if (isLarge && !spares.has(spool)) spares.set(spool, file);
  else await rm(file, { force: true });
}

function takeSpare(spool: string): string | undefined {
  const file = spares.get(spool);
  spares.delete(spool);
  return file;
}

/** Over what it holds, if it is there. */
async function write(file: string, rows: readonly Buffer[], bytes: number): Promise<void> {
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT, 0o600);
  try {
    await writeFile(handle, rows);
    await handle.truncate(bytes);
  } finally {
    await handle.close();
  }
}
