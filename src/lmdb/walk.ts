import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';

/** The file of an environment's data. */
export const DATA_FILE = 'data.mdb';

/**
 * Reads every page of an environment, undecoded, and answers what is wrong with it; undefined when nothing is. LMDB
 * trusts its file: a page that was overwritten may end this process (SIGSEGV, SIGBUS, SIGABRT).
 */
export async function walk(path: string): Promise<string | undefined> {
  const root = open<Buffer, string>({
    path,
    readOnly: true,
    encoding: 'binary',
    noSubdir: false,
    maxDbs: 64,
  });
  try {
    return findProblem(path, root);
  } finally {
    await root.close();
  }
}

function findProblem(path: string, root: RootDatabase<Buffer, string>): string | undefined {
  const { pageSize, lastPageNumber } = root.getStats() as { pageSize: number; lastPageNumber: number };
  const needed = pageSize * (lastPageNumber + 1);
  const { size } = statSync(join(path, DATA_FILE));
  if (size < needed) return `its file has ${size} bytes, and the data reaches to byte ${needed}`;
  // Collected first: opening a table ends the read that lists them.
  const names = [...root.getKeys({})];
  const problem = compare(names.length, root.getStats());
  if (problem !== undefined) return problem;
  for (const name of names) {
    const table = typeof name === 'string' ? openTable(root, name) : undefined;
    const lacking = table && countRows(table);
    if (lacking !== undefined) return `table ${name}: ${lacking}`;
  }
  return undefined;
}

/** Undefined for what is a value and no table. */
function openTable(root: RootDatabase<Buffer, string>, name: string): Database<Buffer, Buffer> | undefined {
  root.resetReadTxn();
  try {
    return root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' });
  } catch {
    return undefined;
  }
}

function countRows(table: Database<Buffer, Buffer>): string | undefined {
  let rows = 0;
  let bytes = 0;
  for (const { value } of table.getRange({})) {
    rows++;
    // Large values lie in pages of their own.
    bytes += value.length;
  }
  return Number.isNaN(bytes) ? 'a value has no length' : compare(rows, table.getStats());
}

/** A page that is not what it was may look like a shorter one. */
function compare(rows: number, stats: object): string | undefined {
  const { entryCount } = stats as { readonly entryCount: number };
  return rows === entryCount ? undefined : `${rows} of ${entryCount} rows are found`;
}
