import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A key of the box: AES-256, and the name by which sealed texts call it. */
export interface BoxKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** The keys that the file holds, oldest first: the last one seals. @throws when the file is damaged */
export async function readKeyFile(path: string): Promise<readonly BoxKey[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const damaged = () =>
    new Error(
      `the key file ${path} is damaged: restore it from a backup; without it stored secrets are lost`,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged();
  }
  const { format, keys } = (value ?? {}) as { format?: unknown; keys?: unknown };
  if (format !== 1 || !Array.isArray(keys) || keys.length === 0) throw damaged();
  return keys.map((entry: { id?: unknown; key?: unknown } | null) => {
    const bytes = typeof entry?.key === 'string' ? Buffer.from(entry.key, 'base64') : Buffer.alloc(0);
    if (typeof entry?.id !== 'string' || bytes.length !== 32) throw damaged();
    return { id: entry.id, bytes };
  });
}

/** Writes the keys, mode 0600; after a crash the file is there whole, or as it was before. */
export async function writeKeyFile(path: string, keys: readonly BoxKey[]): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  const handle = await open(temporary, 'wx', 0o600);
  try {
    // An unusual umask must not decide who reads it.
    await chmod(temporary, 0o600);
    const lines = keys.map(({ id, bytes }) => ({ id, key: bytes.toString('base64') }));
    await handle.writeFile(`${JSON.stringify({ format: 1, keys: lines })}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  const above = await open(folder, 'r');
  try {
    await above.sync();
  } finally {
    await above.close();
  }
}

/** A fresh key. */
export function makeKey(random: (bytes: number) => Buffer = randomBytes): BoxKey {
  return { id: random(6).toString('hex'), bytes: random(32) };
}
