import { createHash } from 'node:crypto';
import { constants, copyFile, link, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../durable-file/index.ts';

/** A file of a backup, its path relative to the backup's folder. */
export interface BackedUpFile {
  readonly path: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/**
 * Puts a file elsewhere: `share` (a hard link where the disk is the same) for files that are never changed once they
 * have their name, `copy` for all others.
 */
export async function placeFile(from: string, to: string, how: 'share' | 'copy'): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  if (how === 'share') {
    try {
      return await link(from, to);
    } catch (error) {
      // Another disk, a file system without links, or too many of them.
      const { code } = error as NodeJS.ErrnoException;
      if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes(code ?? '')) throw error;
    }
  }
  await copyFile(from, to, constants.COPYFILE_FICLONE);
}

/** Puts all files below a folder elsewhere. Symbolic links are left out: what we keep on disk needs none. */
export async function placeTree(from: string, to: string, how: 'share' | 'copy' = 'share'): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.isDirectory()) await placeTree(join(from, entry.name), join(to, entry.name), how);
    else if (entry.isFile()) await placeFile(join(from, entry.name), join(to, entry.name), how);
  }
}

/** Reads every file below `folder` once: sizes and sums for the manifest, and a sync of each. */
export async function sumFiles(folder: string, below = ''): Promise<BackedUpFile[]> {
  const files: BackedUpFile[] = [];
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) files.push(...(await sumFiles(folder, path)));
    else files.push({ path, ...(await sumFile(join(folder, path))) });
  }
  await syncFolder(join(folder, below));
  return files;
}

async function sumFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await open(path, 'r');
  try {
    for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: 1 << 20 })) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}
