import { mkdir, open, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from './start-error.ts';

/** Grows when what is on disk changes its form. A newer directory is refused, an older one upgraded at start. */
export const FORMAT_VERSION = 1;

/** The data directory cannot be used; the message says why and what to do. */
export class DataDirError extends StartError {
  constructor(message: string) {
    super(message);
    this.name = 'DataDirError';
  }
}

/** Where each room keeps its things. */
export interface DataDir {
  readonly path: string;
  readonly state: string;
  readonly journal: string;
  readonly objects: string;
  readonly store: string;
  /** Written by the server for the CLI: URL and Region; and the root credentials. */
  readonly endpointFile: string;
  readonly credentialsFile: string;
  /** Lets another server use the directory. */
  release(): Promise<void>;
}

/**
 * Makes the directory where there is none, checks its format and takes it for this process alone.
 * @throws DataDirError
 */
export async function openDataDir(path: string): Promise<DataDir> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const release = await lock(join(path, 'lock'), path);
  try {
    await checkFormat(join(path, 'format.json'), path);
    const folders = ['state', 'journal', 'objects', 'store'] as const;
    for (const folder of folders) await mkdir(join(path, folder), { recursive: true, mode: 0o700 });
    return {
      path,
      state: join(path, 'state'),
      journal: join(path, 'journal'),
      objects: join(path, 'objects'),
      store: join(path, 'store'),
      endpointFile: join(path, 'endpoint.json'),
      credentialsFile: join(path, 'root-credentials.json'),
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

async function checkFormat(file: string, path: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    await writeFileDurably(file, `${JSON.stringify({ format: FORMAT_VERSION })}\n`);
    return;
  }
  const found = (JSON.parse(text) as { format?: unknown }).format;
  if (found === FORMAT_VERSION) return;
  throw new DataDirError(
    `the data directory ${path} has format ${String(found)}, this opentrail knows format ${FORMAT_VERSION}: ` +
      'start the newer opentrail that wrote it, or choose another --data-dir',
  );
}

/** Takes the lock file, also from a process that died. A process is known by its number and its start time. */
async function lock(file: string, path: string): Promise<() => Promise<void>> {
  const mine = JSON.stringify({ pid: process.pid, started: await startTime(process.pid) });
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(mine);
      await handle.close();
      return async () => {
        if ((await readFile(file, 'utf8').catch(() => '')) === mine) await unlink(file);
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = await readHolder(file);
      if (holder && (await isAlive(holder))) {
        throw new DataDirError(
          `the data directory ${path} is in use by another opentrail (process ${holder.pid}): ` +
            'stop it first, or choose another --data-dir',
        );
      }
      // Moved aside before it is removed: of two starters that see the same dead holder only one gets past this.
      const aside = `${file}.${process.pid}`;
      await rename(file, aside).catch(() => undefined);
      await rm(aside, { force: true });
    }
  }
  throw new DataDirError(`the data directory ${path} is being taken by another opentrail at this moment`);
}

interface Holder {
  readonly pid: number;
  readonly started: string;
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, started }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return (await startTime(pid)) === started;
}

/** Linux only: elsewhere a process is known by its number alone. */
async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Field 22; the second field, the command in brackets, may hold spaces.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** Writes a small file so that after a crash it is there whole or not at all. */
export async function writeFileDurably(file: string, text: string, mode = 0o600): Promise<void> {
  const temporary = `${file}.new`;
  await writeFile(temporary, text, { mode, flush: true });
  await rename(temporary, file);
}
