import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileDurably } from '../durable-file/index.ts';
import { DataDirError } from './data-dir-error.ts';

/** Brings a data directory from one format to the next. */
export interface FormatUpgrade {
  /** The format that it finds; it leaves `from + 1`. */
  readonly from: number;
  /** Must be safe to repeat: after a crash in the middle it runs again from its beginning. */
  readonly upgrade: (path: string) => Promise<void>;
}

/** What this opentrail writes, and from where it can come. */
export interface DataFormat {
  /** Grows when what is on disk changes its form. */
  readonly version: number;
  /** Every step from the oldest format that can still be upgraded, in order. */
  readonly upgrades: readonly FormatUpgrade[];
}

/** The format of this opentrail. The first one: there is nothing to upgrade from yet. */
export const DATA_FORMAT: DataFormat = { version: 1, upgrades: [] };

const FILE = 'format.json';

/**
 * Upgrades the data directory to `format`, step by step, each written down before the next begins; a directory
 * without a format is new and gets it.
 * @throws DataDirError when its format is newer, too old, or not readable
 */
export async function bringToFormat(path: string, format: DataFormat): Promise<void> {
  const file = join(path, FILE);
  let found = await readFormat(file, path);
  if (found === undefined) return writeFormat(file, format.version);
  if (found > format.version) {
    throw new DataDirError(
      `the data directory ${path} has format ${found}, this opentrail knows format ${format.version}: ` +
        'start the newer opentrail that wrote it, or choose another --data-dir',
    );
  }
  while (found < format.version) {
    const version: number = found;
    const step = format.upgrades.find(({ from }) => from === version);
    if (!step) {
      throw new DataDirError(
        `the data directory ${path} has format ${version}, which this opentrail can no longer upgrade to ` +
          `${format.version}: start an opentrail of the time between first, it upgrades part of the way`,
      );
    }
    await step.upgrade(path);
    found = version + 1;
    await writeFormat(file, found);
  }
}

async function readFormat(file: string, path: string): Promise<number | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  let format: unknown;
  try {
    format = (JSON.parse(text) as { format?: unknown } | null)?.format;
  } catch {
    format = undefined;
  }
  if (typeof format === 'number' && Number.isInteger(format) && format > 0) return format;
  throw new DataDirError(
    `${file} does not say which format the data directory ${path} has: restore the file from a backup; ` +
      `for a directory of this opentrail it is {"format":${DATA_FORMAT.version}}`,
  );
}

async function writeFormat(file: string, format: number): Promise<void> {
  await writeFileDurably(file, `${JSON.stringify({ format })}\n`);
}
