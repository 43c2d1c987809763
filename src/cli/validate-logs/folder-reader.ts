import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { type BucketReader, type ListedObject, ObjectTooLarge } from '../../digest/verify/index.ts';
import { CliError } from '../context.ts';

/** Beside an object: its metadata, as `aws s3api head-object` prints it. */
export const METADATA_SUFFIX = '.metadata.json';
const PAGE = 1000;
const MAX_METADATA_BYTES = 65_536;

/**
 * Reads a folder that holds a copy of a bucket, as `aws s3 sync` makes it; or folders of several buckets, each under
 * its bucket's name. Keys come from strangers: none leads out of the folder, and only plain files are read.
 */
export function createFolderReader(path: string): BucketReader {
  const root = resolve(path);
  const folders = new Map<string, string>();

  function folderOf(bucket: string): string {
    const folder = folders.get(bucket) ?? bucketFolder(root, bucket);
    folders.set(bucket, folder);
    return folder;
  }

  return {
    keepsMetadata: false,

    async *list(bucket, prefix, after) {
      const base = folderOf(bucket);
      let page: ListedObject[] = [];
      for (const keys of walk(base, '', prefix, after)) {
        for (const key of keys) page.push({ key });
        if (page.length < PAGE) continue;
        yield page;
        page = [];
      }
      if (page.length > 0) yield page;
    },

    // Reads without the thread pool: each thread of ours has one file to wait for, and a disk or its cache is quick.
    async get(bucket, key, maxBytes) {
      const file = fileOf(folderOf(bucket), key);
      const bytes = file === undefined ? undefined : readPlainFile(file, maxBytes, bucket, key);
      if (file === undefined || bytes === undefined) return undefined;
      return {
        bytes,
        // Read when asked for: of log files nobody asks.
        get metadata() {
          return readMetadata(file);
        },
      };
    },
  };
}

/** The folder of a bucket: of its name, or else the whole. */
function bucketFolder(root: string, bucket: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(bucket)) return root;
  const own = join(root, bucket);
  return lstatSync(own, { throwIfNoEntry: false })?.isDirectory() ? own : root;
}

/**
 * Undefined for keys that no copy of a bucket can hold: those that climb out of it, and those that are not their own
 * shortest form, since `a/../b` names another object than `b`.
 */
function fileOf(base: string, key: string): string | undefined {
  if (NO_FILE.test(key)) return undefined;
  return base + sep + (sep === '/' ? key : key.replaceAll('/', sep));
}

/** A step that is empty, `.` or `..`; a byte that ends a name; on Windows, what parts steps there or names a drive. */
const NO_FILE = sep === '/' ? /(^|\/)\.{0,2}(\/|$)|\0/ : /(^|\/)\.{0,2}(\/|$)|[\0\\:]/;

/** Neither a link, which could lead anywhere, nor a pipe, which would never end. */
function readPlainFile(file: string, maxBytes: number, bucket: string, key: string): Uint8Array | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return undefined;
    if (stat.size > maxBytes) throw new ObjectTooLarge(bucket, key, maxBytes);
    return readWhole(descriptor, stat.size);
  } finally {
    closeSync(descriptor);
  }
}

/** As many bytes as there were when it was opened; fewer when it has been cut since. */
function readWhole(descriptor: number, size: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(descriptor, bytes, filled, size - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function readMetadata(file: string): ReadonlyMap<string, string> {
  const bytes = readPlainFile(file + METADATA_SUFFIX, MAX_METADATA_BYTES, '', file);
  if (bytes === undefined) return new Map();
  try {
    const value = JSON.parse(Buffer.from(bytes).toString()) as { readonly Metadata?: object } | null;
    const members = Object.entries(value?.Metadata ?? value ?? {});
    return new Map(
      members
        .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
        .map(([name, member]) => [name.toLowerCase(), member]),
    );
  } catch (cause) {
    throw new CliError(`${file}${METADATA_SUFFIX} is not JSON`, { exitCode: 255, cause });
  }
}

/** Keys in the order in which S3 lists them: by bytes, where `a/b` comes after `a-b`. Those of a folder come together. */
function* walk(base: string, folder: string, prefix: string, after: string): Generator<readonly string[]> {
  let keys: string[] = [];
  for (const name of namesIn(base, folder)) {
    if (!name.endsWith('/')) {
      if (name.startsWith(prefix) && name > after && !name.endsWith(METADATA_SUFFIX)) keys.push(name);
      continue;
    }
    const mayHold = name.startsWith(prefix) || prefix.startsWith(name);
    const isPast = name < after && !after.startsWith(name);
    if (!mayHold || isPast) continue;
    yield keys;
    keys = [];
    yield* walk(base, name, prefix, after);
  }
  yield keys;
}

/** What a folder holds, with the way to it; folders end in a slash. None when it is no folder. */
function namesIn(base: string, folder: string): string[] {
  try {
    const entries = readdirSync(join(base, folder), { withFileTypes: true });
    const names = entries.map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`);
    // UTF-16 has another order than UTF-8 only where there are surrogates.
    return names.some((name) => SURROGATE.test(name)) ? names.sort(byBytes) : names.sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

const SURROGATE = /[\ud800-\udfff]/;

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'ENXIO'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  );
}
