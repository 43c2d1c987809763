import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataDirError } from './data-dir-error.ts';

/** A process: its number, and the time at which it started, since numbers are used again. */
interface Holder {
  readonly pid: number;
  readonly started: string;
}

const ATTEMPTS = 5;

/**
 * Takes the data directory for this process alone, also from a process that died. Answers how to let go of it.
 *
 * Each holder makes the next `lock.<number>`, by a link from a finished file, so that one of many wins and nobody reads
 * it half-written. The file with the highest number says who holds the directory; it is only ever removed by the holder
 * of a higher one, and emptied on release: a starter who looked at an older one finds a higher one after his link, and
 * steps back. With one fixed name, taking it from a dead holder could always hit a quicker starter's.
 * @throws DataDirError when another process has it
 */
export async function lockDataDir(path: string): Promise<() => Promise<void>> {
  const mine = JSON.stringify({ pid: process.pid, started: await startTime(process.pid) });
  const own = join(path, `lock-${randomUUID()}`);
  try {
    await writeFile(own, mine, { mode: 0o600 });
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = Math.max(0, ...(await lockNumbers(path)));
      await refuseAlive(path, before);
      const file = lockFile(path, before + 1);
      if (!(await linked(own, file))) continue;
      const all = await lockNumbers(path);
      if (Math.max(...all) > before + 1) {
        await rm(file, { force: true });
        continue;
      }
      for (const old of all) if (old <= before) await rm(lockFile(path, old), { force: true });
      return () => truncate(file);
    }
  } finally {
    await rm(own, { force: true });
  }
  throw new DataDirError(`the data directory ${path} is being taken by another opentrail at this moment`);
}

function lockFile(path: string, number: number): string {
  return join(path, `lock.${number}`);
}

async function lockNumbers(path: string): Promise<number[]> {
  const names = await readdir(path);
  return names.flatMap((name) => /^lock\.(\d{1,15})$/.exec(name)?.[1] ?? []).map(Number);
}

async function refuseAlive(path: string, number: number): Promise<void> {
  // Gone, when there was none or a later holder cleaned up: the link decides.
  const holder = readHolder(await readFile(lockFile(path, number), 'utf8').catch(() => ''));
  if (!holder || !(await isAlive(holder))) return;
  throw new DataDirError(
    `the data directory ${path} is in use by another opentrail (process ${holder.pid}): ` +
      'stop it first, or choose another --data-dir',
  );
}

/** Whether `to` is now another name of `from`; false when it was there already. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(text: string): Holder | undefined {
  try {
    const { pid, started } = JSON.parse(text) as Partial<Holder>;
    return Number.isInteger(pid) && typeof started === 'string' ? { pid: pid!, started } : undefined;
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
