import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type MaxMind, openMaxMind } from './maxmind.ts';
import { RangeTable } from './range-table.ts';
import { rangesOfText, type Table, TableError, tableOfCsv, tableOfJson } from './table.ts';

/** What a file is read as; a table's key column is a part of it. */
export type FileUse =
  | { readonly kind: 'maxmind' }
  | { readonly kind: 'table'; readonly key?: string }
  | { readonly kind: 'ranges' };

/** What a file holds. */
export type Loaded =
  | MaxMind
  | { readonly kind: 'table'; readonly rows: Table['rows'] }
  | { readonly kind: 'ranges'; readonly table: RangeTable };

/** How a file is doing. */
export interface FileStatus {
  readonly file: string;
  /**
   * `ready`: in use as it lies on disk. `stale`: what was read before is in use, because what lies there now cannot be.
   * `unavailable`: nothing is in use, and the steps that need it add nothing.
   */
  readonly state: 'ready' | 'stale' | 'unavailable';
  /** In words: what it holds, or why not. */
  readonly text: string;
  /** When what is in use was read, milliseconds since the epoch. */
  readonly loadedAt?: number;
  /** Rows or ranges; absent for databases. */
  readonly entries?: number;
}

/** A file in use; `current` changes when the file does. */
export interface FileHandle {
  readonly current: Loaded | undefined;
  readonly file: string;
  release(): void;
}

/** Where the operator's files lie, and what they may weigh. */
export interface EnrichmentFilesOptions {
  /** Only files below it are read: policies come by HTTP, and must not open any file of this machine. */
  readonly directory: string;
  readonly now: () => number;
  /** Told once for each change of a file's state. */
  readonly onChange?: (status: FileStatus) => void;
  /** Bytes of all files together; default 512 MiB. */
  readonly maxBytes?: number;
}

interface Entry {
  readonly file: string;
  readonly use: FileUse;
  users: number;
  current?: Loaded | undefined;
  bytes: number;
  loadedAt?: number;
  /** Size and times on disk when last tried. */
  seen?: string;
  status: FileStatus;
  loading?: Promise<void> | undefined;
}

const MAX_TEXT_BYTES = 64 * 1024 * 1024;
const MAX_TOTAL_BYTES = 512 * 1024 * 1024;

/** The operator's files, each in memory once, read again when they change. */
export class EnrichmentFiles {
  readonly #options: EnrichmentFilesOptions;
  readonly #entries = new Map<string, Entry>();
  #failures = 0;

  constructor(options: EnrichmentFilesOptions) {
    this.#options = options;
  }

  /** Loads a file unless it is loaded; resolves when it was tried. Never throws: see `status`. */
  async open(file: string, use: FileUse): Promise<FileHandle> {
    const name = JSON.stringify([file, use]);
    const entry = this.#entries.get(name) ?? newEntry(file, use);
    this.#entries.set(name, entry);
    entry.users++;
    await this.#check(entry);
    let isHeld = true;
    return {
      file,
      get current() {
        return entry.current;
      },
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        if (--entry.users === 0) this.#entries.delete(name);
      },
    };
  }

  /** Looks at every file on disk, and reads those that have changed. Never throws. */
  async refresh(): Promise<void> {
    for (const entry of [...this.#entries.values()]) await this.#check(entry);
  }

  status(): readonly FileStatus[] {
    return [...this.#entries.values()].map((entry) => entry.status);
  }

  /** How often a file could not be read. */
  get failures(): number {
    return this.#failures;
  }

  async #check(entry: Entry): Promise<void> {
    entry.loading ??= this.#load(entry).finally(() => {
      entry.loading = undefined;
    });
    await entry.loading;
  }

  async #load(entry: Entry): Promise<void> {
    const before = entry.status;
    try {
      const path = join(this.#options.directory, entry.file);
      const { size, mtimeMs, ino, isFile } = await look(path);
      const seen = `${size} ${mtimeMs} ${ino}`;
      if (seen === entry.seen) return;
      entry.seen = seen;
      this.#checkSize(entry, size, isFile);
      entry.current = read(await readFile(path), entry);
      entry.bytes = size;
      entry.loadedAt = this.#options.now();
      entry.status = ready(entry, entry.current, entry.loadedAt);
    } catch (error) {
      // What is wrong with the content stays wrong until the file changes; everything else is tried again.
      if (!(error instanceof TableError)) delete entry.seen;
      entry.status = failed(entry, error);
      if (before.text !== entry.status.text) this.#failures++;
    }
    if (before.text !== entry.status.text || before.state !== entry.status.state) {
      this.#options.onChange?.(entry.status);
    }
  }

  #checkSize(entry: Entry, size: number, isFile: boolean): void {
    // A pipe or device would hold the reader for ever.
    if (!isFile) throw new TableError('is no regular file');
    if (entry.use.kind !== 'maxmind' && size > MAX_TEXT_BYTES) {
      throw new TableError(`is larger than ${MAX_TEXT_BYTES} bytes`);
    }
    const { maxBytes = MAX_TOTAL_BYTES } = this.#options;
    let total = size;
    for (const other of this.#entries.values()) if (other !== entry) total += other.bytes;
    if (total > maxBytes) throw new TableError(`would bring all files to more than ${maxBytes} bytes`);
  }
}

function newEntry(file: string, use: FileUse): Entry {
  const status: FileStatus = { file, state: 'unavailable', text: 'not read yet' };
  return { file, use, users: 0, bytes: 0, status };
}

async function look(path: string) {
  const stats = await stat(path);
  return { size: stats.size, mtimeMs: stats.mtimeMs, ino: stats.ino, isFile: stats.isFile() };
}

/** @throws TableError */
function read(bytes: Buffer, { use, file }: Entry): Loaded {
  switch (use.kind) {
    case 'maxmind':
      return openMaxMind(bytes);
    case 'ranges':
      return { kind: 'ranges', table: new RangeTable(rangesOfText(bytes.toString()).ranges) };
    case 'table': {
      const parse = file.endsWith('.json') ? tableOfJson : tableOfCsv;
      return { kind: 'table', rows: parse(bytes.toString(), use.key).rows };
    }
  }
}

function ready({ file }: Entry, loaded: Loaded, loadedAt: number): FileStatus {
  switch (loaded.kind) {
    case 'maxmind': {
      const built = new Date(loaded.builtAt);
      const day = Number.isNaN(built.getTime()) ? 'an unknown day' : built.toISOString().slice(0, 10);
      return { file, state: 'ready', text: `${loaded.databaseType}, built ${day}`, loadedAt };
    }
    case 'table':
      return withEntries(file, loaded.rows.size, 'rows', loadedAt);
    case 'ranges':
      return withEntries(file, loaded.table.size, 'ranges', loadedAt);
  }
}

function withEntries(file: string, entries: number, what: string, loadedAt: number): FileStatus {
  return { file, state: 'ready', text: `${entries} ${what}`, loadedAt, entries };
}

function failed({ file, current, loadedAt }: Entry, error: unknown): FileStatus {
  const text = isMissing(error) ? 'is not there' : reasonOf(error);
  if (current === undefined) return { file, state: 'unavailable', text };
  return { file, state: 'stale', text, ...(loadedAt !== undefined && { loadedAt }) };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** Without the path, which the operator knows and a caller of the API need not. */
function reasonOf(error: unknown): string {
  if (error instanceof TableError) return error.message;
  if (error instanceof Error && 'code' in error) return `cannot be read: ${String(error.code)}`;
  return 'cannot be read';
}
