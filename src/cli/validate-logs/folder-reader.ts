import { lstat, open, readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
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

  return {
    keepsMetadata: false,

    async *list(bucket, prefix, after) {
      const base = await bucketFolder(root, bucket);
      let page: ListedObject[] = [];
      for await (const key of walk(base, '', prefix, after)) {
        page.push({ key });
        if (page.length < PAGE) continue;
        yield page;
        page = [];
      }
      if (page.length > 0) yield page;
    },

    async get(bucket, key, maxBytes) {
      const file = fileOf(await bucketFolder(root, bucket), key);
      const bytes = file === undefined ? undefined : await readPlainFile(file, maxBytes, bucket, key);
      if (file === undefined || bytes === undefined) return undefined;
      return { bytes, metadata: await readMetadata(file) };
    },
  };
}

/** The folder of a bucket: of its name, or else the whole. */
async function bucketFolder(root: string, bucket: string): Promise<string> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(bucket)) return root;
  const own = join(root, bucket);
  return (await isFolder(own)) ? own : root;
}

/** Undefined for keys that no copy of a bucket can hold, such as those that climb out of it. */
function fileOf(base: string, key: string): string | undefined {
  if (key.includes('\0') || isAbsolute(key)) return undefined;
  const file = join(base, ...key.split('/'));
  const way = relative(base, file);
  // The key must be its own shortest form: `a/../b` names another object than `b`.
  return way === key.split('/').join(sep) && !way.startsWith('..') ? file : undefined;
}

async function readPlainFile(
  file: string,
  maxBytes: number,
  bucket: string,
  key: string,
): Promise<Uint8Array | undefined> {
  try {
    const stat = await lstat(file);
    if (!stat.isFile()) return undefined;
    if (stat.size > maxBytes) throw new ObjectTooLarge(bucket, key, maxBytes);
    const handle = await open(file);
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function readMetadata(file: string): Promise<ReadonlyMap<string, string>> {
  let text: string;
  try {
    if ((await lstat(file + METADATA_SUFFIX)).size > MAX_METADATA_BYTES) return new Map();
    text = await readFile(file + METADATA_SUFFIX, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return new Map();
    throw error;
  }
  try {
    const value = JSON.parse(text) as { readonly Metadata?: object } | null;
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

/** Keys in the order in which S3 lists them: by bytes, where `a/b` comes after `a-b`. */
async function* walk(base: string, folder: string, prefix: string, after: string): AsyncGenerator<string> {
  let entries: { readonly name: string; readonly isFolder: boolean }[];
  try {
    entries = (await readdir(join(base, folder), { withFileTypes: true })).map((entry) => ({
      name: `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`,
      isFolder: entry.isDirectory(),
    }));
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  for (const { name, isFolder: isBranch } of entries) {
    if (isBranch) {
      const mayHold = name.startsWith(prefix) || prefix.startsWith(name);
      const isPast = name < after && !after.startsWith(name);
      if (mayHold && !isPast) yield* walk(base, name, prefix, after);
    } else if (name.startsWith(prefix) && name > after && !name.endsWith(METADATA_SUFFIX)) yield name;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '');
}
