import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { syncFolder, writeFileDurably } from '../durable-file/index.ts';
import type { EmbeddedObjects } from '../objects/index.ts';
import type { EventStore } from '../store/index.ts';
import { placeFile, placeTree, sumFiles } from './backup-files.ts';
import type { BackupGate } from './backup-gate.ts';
import { dropFrozenHistory, type FrozenHistory, freezeHistory } from './backup-history.ts';
import { copyLmdb } from './backup-lmdb.ts';
import type { DataDir } from './data-dir.ts';
import { HttpError } from './http-error.ts';

/** What a backup wrote. */
export interface BackupOutcome {
  readonly directory: string;
  readonly files: number;
  readonly bytes: number;
}

/** What a backup needs of the house. */
export interface BackupDependencies {
  readonly dir: DataDir;
  readonly gate: BackupGate;
  readonly objects: EmbeddedObjects;
  readonly store: EventStore;
  /** The embedded engine's socket; absent when the history is kept by a ClickHouse server, which has its own backups. */
  readonly engineSocket: string | undefined;
  /** Bytes that a backup leaves free on the server's own disk. */
  readonly minFreeDisk: number;
  readonly now: () => number;
}

/** In the data directory, but of the running server or in another form in the backup. */
const NOT_AS_THEY_ARE: ReadonlySet<string> = new Set([
  'state',
  'journal',
  'objects',
  'store',
  'logs',
  'cloudwatch',
  'queues',
  'event-bus',
  'collected',
  'endpoint.json',
]);

/**
 * Makes the function behind `opentrail backup`: a consistent copy of the data directory in `directory`, which must be
 * empty or not there, with `backup.json` written last: without it there is no backup. One at a time.
 *
 * The order decides: cursors first (with nothing half-way in bucket or history), then the objects' index and the
 * history at the same moment, then the journal, which is only ever ahead of the cursors; of the journal the memory of
 * seen ids first, since an id without its event would turn the sender's repeat away. What one room owes another is not
 * handed over meanwhile: it would be in neither copy, or counted in both.
 * @throws HttpError 400, 409, 507; what the disk throws. Nothing is left behind then.
 */
export async function createBackup(
  dependencies: BackupDependencies,
): Promise<(directory: string) => Promise<BackupOutcome>> {
  const { dir, minFreeDisk } = dependencies;
  await dropFrozenHistory(dir.store);
  let running = false;

  return async function backup(directory) {
    if (running) throw new HttpError(409, 'BackupInProgress', 'another backup is being written');
    running = true;
    try {
      const target = await prepare(directory, dir.path);
      try {
        await refuseSmallDisk(target, dir, minFreeDisk);
        await copyHouse(target, dependencies);
        return await finish(target, dependencies.now());
      } catch (error) {
        await rm(target, { recursive: true, force: true });
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        throw new HttpError(
          507,
          'InsufficientStorage',
          `the disk of ${directory} is full; the backup was removed`,
        );
      }
    } finally {
      running = false;
    }
  };
}

async function copyHouse(
  target: string,
  { dir, gate, objects, store, engineSocket }: BackupDependencies,
): Promise<void> {
  if (engineSocket !== undefined) await store.ready();
  const releaseTrims = gate.holdTrims();
  const releaseFiles = objects.holdRemovals();
  let history: FrozenHistory | undefined;
  try {
    history = await gate.whileStill(() => copyTables(target, { dir, gate, engineSocket }));
    releaseTrims();
    await placeDataFiles(join(dir.objects, 'data'), join(target, 'objects', 'data'));
    releaseFiles();
    await history?.place(join(target, 'store'));
    await placeTheRest(dir.path, target);
  } finally {
    releaseTrims();
    releaseFiles();
    await history?.drop();
  }
}

/** Everything that lies in LMDB, and the frozen history; the order is told above. */
async function copyTables(
  target: string,
  { dir, gate, engineSocket }: Pick<BackupDependencies, 'dir' | 'gate' | 'engineSocket'>,
): Promise<FrozenHistory | undefined> {
  // Before the repositories: what its cursor has not passed is inserted again, by the same tokens.
  await copyLmdb(join(dir.path, 'collected'), join(target, 'collected'));
  await placeBlocks(join(dir.path, 'collected', 'blocks'), join(target, 'collected', 'blocks'));
  const history = await gate.whileShut(async () => {
    await copyLmdb(dir.state, join(target, 'state'));
    await copyLmdb(join(dir.objects, 'index'), join(target, 'objects', 'index'));
    return engineSocket === undefined
      ? undefined
      : await freezeHistory(dir.store, engineSocket, join(target, 'store'));
  });
  try {
    await copyLmdb(dir.cloudwatch, join(target, 'cloudwatch'));
    // After the cursors: the log groups remember themselves what they took, and take nothing twice.
    await copyLmdb(dir.logs, join(target, 'logs'));
    await copyLmdb(dir.queues, join(target, 'queues'));
    // It knows itself how far it has read the journal.
    await copyLmdb(dir.eventBus, join(target, 'event-bus'));
    await copyLmdb(join(dir.journal, 'seen'), join(target, 'journal', 'seen'));
    await copyLmdb(dir.journal, join(target, 'journal'));
    return history;
  } catch (error) {
    await history?.drop();
    throw error;
  }
}

/** Complete files only: what is still being written is nobody's object yet. */
async function placeDataFiles(from: string, to: string): Promise<void> {
  for (const folder of await readdir(from)) {
    if (folder !== 'tmp') await placeTree(join(from, folder), join(to, folder));
  }
}

/**
 * Blocks of collected records, of which the copied log knows the places; the last file is written on behind them meanwhile.
 * What else lies there is the log's own, and comes and goes.
 */
async function placeBlocks(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  for (const name of await readdir(from)) {
    if (name.startsWith('blocks-')) await placeFile(join(from, name), join(to, name), 'copy');
  }
}

/** Credentials, format, keys: small, and written by rename. */
async function placeTheRest(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const { name } = entry;
    if (NOT_AS_THEY_ARE.has(name) || /^lock[.-]/.test(name) || name.endsWith('.new')) continue;
    if (entry.isDirectory()) await placeTree(join(from, name), join(to, name), 'copy');
    else if (entry.isFile()) await placeFile(join(from, name), join(to, name), 'copy');
  }
}

async function finish(target: string, now: number): Promise<BackupOutcome> {
  const files = await sumFiles(target);
  const manifest = { format: 1, createdAt: new Date(now).toISOString(), files };
  await writeFileDurably(join(target, 'backup.json'), `${JSON.stringify(manifest)}\n`);
  await syncFolder(target);
  await syncFolder(dirname(target));
  return {
    directory: target,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
  };
}

/** Makes the folder. @throws HttpError 400 when it cannot be one of a backup */
async function prepare(directory: string, dataDir: string): Promise<string> {
  const refuse = (why: string) =>
    new HttpError(400, 'InvalidDirectory', `cannot write a backup to ${directory}: ${why}`);
  if (directory !== resolve(directory)) throw refuse('an absolute path is needed');
  let made: string | undefined;
  try {
    made = await mkdir(directory, { recursive: true, mode: 0o700 });
    const target = await realpath(directory);
    if (isWithin(target, await realpath(dataDir))) throw refuse('it is inside the data directory');
    if ((await readdir(target)).length > 0) throw refuse('it is not empty');
    return target;
  } catch (error) {
    if (made !== undefined) await rm(made, { recursive: true, force: true });
    if (error instanceof HttpError) throw error;
    throw refuse((error as Error).message);
  }
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}

/** A backup that fills the server's own disk would stop the intake. */
async function refuseSmallDisk(target: string, dir: DataDir, minFree: number): Promise<void> {
  const isSameDisk = (await stat(target)).dev === (await stat(dir.path)).dev;
  const copied = isSameDisk
    ? ['state', 'journal', 'logs', 'cloudwatch', 'queues', 'event-bus', 'collected', 'objects/index']
    : ['.'];
  let needed = isSameDisk ? minFree : 0;
  for (const folder of copied) needed += await sizeOf(join(dir.path, folder));
  const { bavail, bsize } = await statfs(target);
  if (bavail * bsize >= needed) return;
  throw new HttpError(
    507,
    'InsufficientStorage',
    `the disk of ${target} has ${Math.floor((bavail * bsize) / 1e6)} MB left, the backup needs ` +
      `${Math.ceil(needed / 1e6)} MB${isSameDisk ? ' with --min-free-disk' : ''}`,
  );
}

/** Bytes of all files below; what vanishes meanwhile counts nothing. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await sizeOf(path);
    else if (entry.isFile()) bytes += (await stat(path).catch(() => ({ size: 0 }))).size;
  }
  return bytes;
}
