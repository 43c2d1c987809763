import { open, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a small file so that after a crash it is there whole, or as it was before. */
export async function writeFileDurably(file: string, text: string, mode = 0o600): Promise<void> {
  const temporary = `${file}.new`;
  await writeFile(temporary, text, { mode, flush: true });
  await rename(temporary, file);
  await syncFolder(dirname(file));
}

/** A new name in a folder is durable once the folder is. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
