import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, resolve } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BackupManifest } from './admin-api.ts';
import { CliError } from './context.ts';

/**
 * Copies a backup into a new data directory, checking each file's size and SHA-256 against `backup.json`. The
 * directory has its name only once it is whole. @throws CliError; the data directory is then as it was.
 */
export async function restoreBackup(
  backup: string,
  dataDir: string,
): Promise<{ files: number; bytes: number }> {
  const manifest = await readManifest(backup);
  await mustBeEmpty(dataDir);
  const unfinished = `${resolve(dataDir)}.restoring`;
  await rm(unfinished, { recursive: true, force: true });
  let bytes = 0;
  try {
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    for (const file of manifest.files) {
      await copyChecked(join(backup, file.path), join(unfinished, file.path), file);
      bytes += file.bytes;
    }
    await rmdir(dataDir).catch(() => undefined);
    await rename(unfinished, dataDir);
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true });
    if (cause instanceof CliError) throw cause;
    throw new CliError(`cannot restore to ${dataDir}: ${(cause as Error).message}`, { cause });
  }
  return { files: manifest.files.length, bytes };
}

async function readManifest(backup: string): Promise<BackupManifest> {
  const path = join(backup, 'backup.json');
  let manifest: BackupManifest;
  try {
    manifest = JSON.parse(await readFile(path, 'utf8')) as BackupManifest;
  } catch (cause) {
    throw new CliError(`${backup} holds no backup: cannot read ${path}: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (manifest?.format !== 1 || !Array.isArray(manifest.files)) {
    throw new CliError(`${path} has format ${String(manifest?.format)}, this opentrail knows format 1`);
  }
  for (const { path: name } of manifest.files) {
    // A manifest from elsewhere must not write outside of the data directory.
    const isInside = typeof name === 'string' && !isAbsolute(name) && !normalize(name).startsWith('..');
    if (!isInside)
      throw new CliError(`${path} names ${JSON.stringify(name)}, which is not inside the backup`);
  }
  return manifest;
}

async function mustBeEmpty(dataDir: string): Promise<void> {
  const entries = await readdir(dataDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new CliError(`cannot restore to ${dataDir}: ${error.message}`, { cause: error });
  });
  if (entries.length > 0)
    throw new CliError(`${dataDir} is not empty: restore goes into a new data directory`);
}

async function copyChecked(
  from: string,
  to: string,
  expected: BackupManifest['files'][number],
): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  let bytes = 0;
  const check = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(createReadStream(from), check, createWriteStream(to, { mode: 0o600, flush: true }));
  if (bytes !== expected.bytes || hash.digest('hex') !== expected.sha256) {
    throw new CliError(`${from} is damaged: its size or SHA-256 is not what backup.json says`);
  }
}
