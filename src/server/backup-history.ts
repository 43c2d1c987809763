import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { placeFile, placeTree } from './backup-files.ts';

/** Tables of ours in the embedded engine, whatever their names. */
const TABLES =
  "SELECT concat('`', database, '`.`', name, '`') FROM system.tables " +
  "WHERE database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA') AND engine LIKE '%MergeTree' " +
  'FORMAT TabSeparatedRaw';

/** The history as it was at one moment, in the engine's own folder. */
export interface FrozenHistory {
  /** Puts it into `to`, a folder that the engine can open as its own. */
  place(to: string): Promise<void>;
  /** Gives the disk space back. May be called twice. */
  drop(): Promise<void>;
}

/** Removes what a backup left that did not come to its end. */
export async function dropFrozenHistory(path: string): Promise<void> {
  await rm(join(path, 'shadow'), { recursive: true, force: true });
}

/**
 * Freezes all tables of the embedded engine whose folder is `path`: parts never change, so hard links to them are a
 * snapshot. What says which inserts were made (deduplication logs) is placed at once; nothing may be inserted until
 * this resolves. https://clickhouse.com/docs/sql-reference/statements/alter/partition#freeze-partition
 */
export async function freezeHistory(path: string, socketPath: string, to: string): Promise<FrozenHistory> {
  // Letters and digits only: the engine escapes others in the folder's name.
  const name = `opentrail${randomUUID().replaceAll('-', '')}`;
  const shadow = join(path, 'shadow', name);
  const drop = () => rm(shadow, { recursive: true, force: true });
  try {
    const tables = (await ask(socketPath, TABLES)).split('\n').filter((table) => table !== '');
    for (const table of tables) await ask(socketPath, `ALTER TABLE ${table} FREEZE WITH NAME '${name}'`);
    await placeDescriptions(path, to);
  } catch (error) {
    await drop();
    throw error;
  }
  return {
    async place(target) {
      // Where no table has a row yet, the engine makes no folder.
      if (existsSync(shadow)) await placeTree(shadow, target);
    },
    drop,
  };
}

/** What says which databases and tables there are, and which inserts were made. */
async function placeDescriptions(path: string, to: string): Promise<void> {
  for (const file of await readdir(join(path, 'metadata'))) {
    if (file.endsWith('.sql'))
      await placeFile(join(path, 'metadata', file), join(to, 'metadata', file), 'copy');
  }
  for await (const folder of tableFolders(path)) {
    for (const entry of await readdir(join(path, folder), { withFileTypes: true })) {
      const at = join(folder, entry.name);
      if (entry.isFile()) await placeFile(join(path, at), join(to, at), 'copy');
      else if (entry.name === 'deduplication_logs') await placeTree(join(path, at), join(to, at), 'copy');
    }
  }
}

/** `store/<first three of the id>/<id>`: of each table, and of each database. */
async function* tableFolders(path: string): AsyncGenerator<string> {
  for (const group of await readdir(join(path, 'store'))) {
    for (const id of await readdir(join(path, 'store', group))) yield join('store', group, id);
  }
}

/** One statement to the engine on its socket. @throws Error with the engine's words */
async function ask(socketPath: string, sql: string): Promise<string> {
  const request = http.request({ socketPath, method: 'POST', path: '/', timeout: 120_000 });
  const answered = new Promise<http.IncomingMessage>((done, fail) => {
    request.once('response', done).once('error', fail);
    request.once('timeout', () => request.destroy(new Error('the event store did not answer in 120 s')));
  });
  request.end(sql);
  const response = await answered;
  const answer = await text(response);
  if (response.statusCode !== 200) throw new Error(`the event store refused: ${answer.slice(0, 500)}`);
  return answer;
}
