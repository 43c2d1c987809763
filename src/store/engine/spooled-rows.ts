import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where an engine of this directory looks for rows; its process empties it when it starts. */
export function spoolOf(directory: string): string {
  return join(directory, 'opentrail-spool');
}

let files = 0;

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
  const file = join(spool, `rows-${++files}`);
  try {
    await writeFile(file, rows, { mode: 0o600 });
    await use(file);
  } catch (error) {
    if (existsSync(file)) throw error;
    throw Object.assign(new Error(`${file} is gone`, { cause: error }), { code: 'ENOENT' });
  } finally {
    await rm(file, { force: true });
  }
}
