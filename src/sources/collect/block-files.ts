import { closeSync, constants, openSync, readdirSync, readSync, renameSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../durable-file/index.ts';

const NAME = /^blocks-(\d+)$/;
/** A file that is done with and written over by the next: its place on the disk and in memory is there already. */
const SPARE = 'spare';

/** Where a block lies. */
export interface FilePlace {
  /** Number of the first record of the file. */
  readonly file: number;
  readonly at: number;
  readonly bytes: number;
}

interface WrittenFile {
  readonly file: number;
  readonly handle: FileHandle;
  size: number;
}

/**
 * Large blocks of the log in files of their own, one behind the other. What is written stays as it is until the log has let
 * go of the whole file: what is on its way through costs no pages of a database, and no memory that maps them.
 *
 * Whoever writes down the places of blocks is the owner of what they say: bytes of which no place tells are the rest of a
 * crash, and go with their file.
 */
export class BlockFiles {
  readonly #folder: string;
  readonly #fileBytes: number;
  /** Numbers of the first records of all files, in order. */
  #files: number[];
  readonly #reading = new Map<number, number>();
  #writing: WrittenFile | undefined;

  /** The folder is made with the first file. A file of `fileBytes` gets no more blocks: they are given up whole. */
  constructor(folder: string, fileBytes = 64 << 20) {
    this.#folder = folder;
    this.#fileBytes = fileBytes;
    this.#files = numbersOf(folder);
  }

  /** Makes blocks durable, of which the first holds record `first`; a later call has a larger one. Answers where each lies. */
  async append(first: number, blocks: readonly Buffer[]): Promise<readonly FilePlace[]> {
    const writing = await this.#room(first);
    const places: FilePlace[] = [];
    let end = writing.size;
    for (const block of blocks) {
      places.push({ file: writing.file, at: end, bytes: block.length });
      end += block.length;
    }
    const { bytesWritten } = await writing.handle.writev(blocks as Buffer[], writing.size);
    if (bytesWritten !== end - writing.size) {
      throw new Error(
        `blocks of collected records: ${bytesWritten} of ${end - writing.size} bytes were written`,
      );
    }
    await writing.handle.datasync();
    writing.size = end;
    return places;
  }

  /** Reads a block into `into`, which has its length. @throws Error when not all of it is there */
  read({ file, at, bytes }: FilePlace, into: Buffer): void {
    const descriptor = this.#descriptorOf(file);
    for (let done = 0; done < bytes; ) {
      const count = readSync(descriptor, into, done, bytes - done, at + done);
      if (count === 0) throw new Error(`${this.#pathOf(file)} ends before byte ${at + bytes}`);
      done += count;
    }
  }

  /** Is there a file in which nothing lies that has number `seq` or more? */
  hasBefore(seq: number): boolean {
    return this.#files.length > 1 && this.#files[1]! <= seq;
  }

  /** Files in which nothing lies that has number `seq` or more are given up. */
  removeBefore(seq: number): void {
    while (this.hasBefore(seq)) {
      const file = this.#files.shift()!;
      this.#forget(file);
      renameSync(this.#pathOf(file), join(this.#folder, SPARE));
    }
  }

  /** Removes what was written for records from `seq` on: nobody was told of it. Before anything is written. */
  removeFrom(seq: number): void {
    for (const file of this.#files.filter((first) => first >= seq)) {
      this.#forget(file);
      rmSync(this.#pathOf(file));
    }
    this.#files = this.#files.filter((first) => first < seq);
  }

  async close(): Promise<void> {
    for (const descriptor of this.#reading.values()) closeSync(descriptor);
    this.#reading.clear();
    await this.#writing?.handle.close();
    this.#writing = undefined;
  }

  /** The file that is written to. What an earlier run left is not gone on with: nobody knows where it ends. */
  async #room(first: number): Promise<WrittenFile> {
    if (this.#writing && this.#writing.size < this.#fileBytes) return this.#writing;
    await this.#writing?.handle.close();
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = this.#pathOf(first);
    await rename(join(this.#folder, SPARE), path).catch(ifAbsent);
    const handle = await open(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
    await syncFolder(this.#folder);
    this.#files.push(first);
    this.#writing = { file: first, handle, size: 0 };
    return this.#writing;
  }

  #descriptorOf(file: number): number {
    const known = this.#reading.get(file);
    if (known !== undefined) return known;
    const descriptor = openSync(this.#pathOf(file), 'r');
    this.#reading.set(file, descriptor);
    return descriptor;
  }

  #forget(file: number): void {
    const descriptor = this.#reading.get(file);
    if (descriptor !== undefined) closeSync(descriptor);
    this.#reading.delete(file);
  }

  #pathOf(file: number): string {
    return join(this.#folder, `blocks-${file}`);
  }
}

function ifAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

function numbersOf(folder: string): number[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}
