import { randomUUID } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, mkdirSync, openSync, type ReadStream } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../durable-file/index.ts';
import { ObjectStoreError } from '../object-store.ts';

/**
 * The bytes of larger objects: one file each under a name that we choose (never one from a key), in 256 folders. A
 * file that stands in its folder is complete and synced; whether it means anything, the index alone decides.
 */
export interface DataFiles {
  /** Begins a file; nothing is visible until `commit`. @throws ObjectStoreError InsufficientStorage. */
  create(): Promise<DataFileWriter>;
  /** Bytes `first` to `last`, both inclusive. */
  read(id: string, first: number, last: number): ReadStream;
  /** Keeps files from being removed while a reader is on them; call the answer when done. */
  pin(ids: readonly string[]): () => void;
  /** Removes when no reader holds it any more. No error when it is gone already. */
  remove(id: string): Promise<void>;
  /** Keeps all complete files from being removed until the answer is called; calling it twice does no harm. */
  holdRemovals(): () => void;
  /**
   * Removes what a crash left: temporary files, and complete files that `isLive` does not know. Files of writers at
   * work are left alone. Answers how many went.
   */
  sweep(isLive: (id: string) => boolean): Promise<number>;
  /** Ends a sweep under way after the file at hand. */
  stop(): void;
}

export interface DataFileWriter {
  readonly id: string;
  write(chunk: Uint8Array): Promise<void>;
  /** Sync, rename, sync of the folder. The file is protected from the sweep until `release`. */
  commit(): Promise<void>;
  /** Removes the file, committed or not. */
  discard(): Promise<void>;
  /** The index has its entry now: the sweep may judge by it. */
  release(): void;
}

/** Opens `path`; writes are refused while the disk has fewer than `reserveBytes` free. */
export function openDataFiles(path: string, reserveBytes: number): DataFiles {
  const temporary = join(path, 'tmp');
  mkdirSync(temporary, { recursive: true });
  for (let byte = 0; byte < 256; byte++) mkdirSync(join(path, folderName(byte)), { recursive: true });
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
  const inFlight = new Set<string>();
  const pins = new Map<string, { readers: number; doomed: boolean }>();
  let stopped = false;
  let holds = 0;
  const heldBack = new Set<string>();

  const fileOf = (id: string) => join(path, id.slice(0, 2), id);

  async function create(): Promise<DataFileWriter> {
    await refuseFullDisk(path, reserveBytes);
    const id = randomUUID();
    inFlight.add(id);
    const name = join(temporary, id);
    let handle: FileHandle | undefined;
    try {
      handle = await open(name, 'wx', 0o600);
    } catch (error) {
      inFlight.delete(id);
      throw storageError(error);
    }
    const close = async () => {
      const open = handle;
      handle = undefined;
      await open?.close();
    };
    return {
      id,
      async write(chunk) {
        try {
          for (let at = 0; at < chunk.length; ) at += (await handle!.write(chunk, at)).bytesWritten;
        } catch (error) {
          throw storageError(error);
        }
      },
      async commit() {
        try {
          await handle!.sync();
          await close();
          await rename(name, fileOf(id));
          await syncFolder(join(path, id.slice(0, 2)));
        } catch (error) {
          throw storageError(error);
        }
      },
      async discard() {
        await close().catch(() => undefined);
        await rm(name, { force: true });
        await rm(fileOf(id), { force: true });
        inFlight.delete(id);
      },
      release: () => void inFlight.delete(id),
    };
  }

  function pin(ids: readonly string[]): () => void {
    for (const id of ids) {
      const pinned = pins.get(id);
      if (pinned) pinned.readers++;
      else pins.set(id, { readers: 1, doomed: false });
    }
    return () => {
      for (const id of ids) {
        const pinned = pins.get(id);
        if (!pinned || --pinned.readers > 0) continue;
        pins.delete(id);
        // A file that cannot be removed now is removed by the next start's sweep.
        if (pinned.doomed) void remove(id).catch(() => undefined);
      }
    };
  }

  async function remove(id: string): Promise<void> {
    const pinned = pins.get(id);
    if (pinned) pinned.doomed = true;
    else if (holds > 0) heldBack.add(id);
    else await rm(fileOf(id), { force: true });
  }

  function holdRemovals(): () => void {
    let held = true;
    holds++;
    return () => {
      if (!held) return;
      held = false;
      if (--holds > 0) return;
      // As above: what stays is the next sweep's.
      for (const id of heldBack) void remove(id).catch(() => undefined);
      heldBack.clear();
    };
  }

  async function sweep(isLive: (id: string) => boolean): Promise<number> {
    let removed = 0;
    const judge = async (name: string, keep: (id: string) => boolean) => {
      for (const id of await readdir(join(path, name))) {
        if (stopped) return;
        // Asked twice: a writer that released in between has its entry by then.
        if (inFlight.has(id) || pins.has(id) || holds > 0 || keep(id)) continue;
        await rm(join(path, name, id), { force: true });
        removed++;
      }
    };
    await judge('tmp', () => false);
    for (let byte = 0; byte < 256 && !stopped; byte++) await judge(folderName(byte), isLive);
    return removed;
  }

  return {
    create,
    read: (id, first, last) => createReadStream(fileOf(id), { start: first, end: last }),
    pin,
    remove,
    holdRemovals,
    sweep,
    stop: () => {
      stopped = true;
    },
  };
}

function folderName(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** The index shares the disk, and must never be the one that finds it full. */
export async function refuseFullDisk(path: string, reserveBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(path);
  if (bavail * bsize < reserveBytes) throw fullDisk();
}

function storageError(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EDQUOT' ? fullDisk(error) : error;
}

function fullDisk(cause?: unknown): ObjectStoreError {
  return new ObjectStoreError(
    'InsufficientStorage',
    'The disk of the object store is full: free some space; nothing was stored.',
    { cause },
  );
}
