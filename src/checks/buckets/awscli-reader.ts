import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BucketReader,
  type ListedObject,
  ObjectTooLarge,
  type StoredObject,
} from '../../digest/verify/index.ts';
import { Slots } from '../../slots/index.ts';
import { CheckFailure } from '../failure.ts';
import { LIMITS } from './limits.ts';
import { listPages } from './list-pages.ts';
import { noBucket } from './refusals.ts';

/** Runs the AWS CLI and answers what it prints; see `AwscliSource.ask`. */
export type AskCommand = (service: string, operation: string, words: readonly string[]) => Promise<unknown>;

/** Runs of the command at one time: each is a whole Python. */
const AT_ONCE = 2;

/**
 * Reads buckets through the AWS CLI. Each object takes one run of the command, which writes it into a folder that only
 * this user can read; nothing is left of it.
 */
export class AwscliReader implements BucketReader {
  readonly keepsMetadata = true;
  readonly ahead = 1;
  readonly maxDigestBytes = LIMITS.digestBytes;
  readonly #ask: AskCommand;
  readonly #slots = new Slots(AT_ONCE);

  constructor(ask: AskCommand) {
    this.#ask = ask;
  }

  list(bucket: string, prefix: string, after: string): ReturnType<BucketReader['list']> {
    return listPages(bucket, prefix, after, async (last) => {
      const words = ['--bucket', bucket, '--prefix', prefix, '--max-items', '1000'];
      if (last !== '') words.push('--start-after', last);
      const answer = (await this.#call(bucket, 'list-objects-v2', words)) as Readonly<
        Record<string, unknown>
      >;
      const objects = (Array.isArray(answer.Contents) ? answer.Contents : []).flatMap(readEntry);
      return { objects, isTruncated: answer.NextToken !== undefined };
    });
  }

  async get(bucket: string, key: string, maxBytes: number): Promise<StoredObject | undefined> {
    return await this.#slots.run(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'check_cloudtrail-'));
      const file = join(folder, 'object');
      const limit = Math.min(maxBytes, LIMITS.objectBytes);
      try {
        // One byte more than allowed tells that there are more; the rest need not come onto our disk.
        const words = ['--bucket', bucket, '--key', key, '--range', `bytes=0-${limit}`, file];
        const answer = (await this.#call(bucket, 'get-object', words)) as { readonly Metadata?: unknown };
        if (sizeOf(file) > limit) throw new ObjectTooLarge(bucket, key, limit);
        return { bytes: readFileSync(file), metadata: readMetadata(answer.Metadata) };
      } catch (error) {
        if (!(error instanceof CheckFailure)) throw error;
        if (error.message.includes('(NoSuchKey)')) return undefined;
        // Of an empty object there is no first byte.
        if (error.message.includes('(InvalidRange)')) return { bytes: Buffer.alloc(0), metadata: new Map() };
        throw error;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }

  async #call(bucket: string, operation: string, words: readonly string[]): Promise<unknown> {
    try {
      return await this.#ask('s3api', operation, words);
    } catch (error) {
      if (error instanceof CheckFailure && error.message.includes('(NoSuchBucket)')) throw noBucket(bucket);
      throw error;
    }
  }
}

function sizeOf(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size !== undefined) return size;
  throw new CheckFailure('Command error: the command wrote no object; does it run on this machine?');
}

function readEntry(entry: unknown): ListedObject[] {
  const { Key: key, LastModified: modified } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof key !== 'string') return [];
  const time = Date.parse(String(modified));
  return [{ key, ...(Number.isFinite(time) && { lastModified: time }) }];
}

function readMetadata(value: unknown): ReadonlyMap<string, string> {
  const pairs = Object.entries((value ?? {}) as object).filter(([, text]) => typeof text === 'string');
  return new Map(pairs.map(([name, text]) => [name.toLowerCase(), text as string]));
}
