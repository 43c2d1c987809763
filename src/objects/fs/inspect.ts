import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Bucket } from '../embedded-objects.ts';
import type { ObjectStore } from '../object-store.ts';
import { openDataFiles } from './data-files.ts';
import { openObjectIndex, type Segment, type StoredObject } from './object-index.ts';
import { createObjects } from './objects.ts';
import { readObject } from './read-object.ts';

/** Something in the embedded store that does not agree with the rest of it. */
export interface ObjectProblem {
  readonly code:
    | 'data-file-missing'
    | 'data-file-size'
    | 'data-file-orphan'
    | 'data-file-unprotected'
    | 'inline-bytes-missing'
    | 'object-bytes'
    | 'object-size'
    | 'object-without-bucket'
    | 'notices-count'
    | 'upload-without-bucket';
  /** `s3://bucket/key`, or a data file. */
  readonly what: string;
  readonly detail: string;
}

/** A store that no server uses, opened to be looked at: nothing in it is changed, not even what a crash left is swept. */
export interface InspectedObjects extends Pick<ObjectStore, 'get' | 'head' | 'list'> {
  findBucket(name: string): Bucket | undefined;
  buckets(): Iterable<Bucket>;
  /** Objects looked at so far. */
  readonly seen: number;
  /** Compares index and data files. `deep`: reads every object and compares its MD5, where its ETag is one. */
  problems(deep: boolean): AsyncIterable<ObjectProblem>;
  close(): Promise<void>;
}

/** Opens the embedded store in `path` for a check. */
export function inspectFsObjects(path: string): InspectedObjects {
  const index = openObjectIndex(join(path, 'index'));
  const dataPath = join(path, 'data');
  const files = openDataFiles(dataPath, 0);
  const { get, head, list } = createObjects(index, files, Date.now);
  let seen = 0;

  async function* problems(deep: boolean): AsyncGenerator<ObjectProblem> {
    const used = new Set<string>();
    for (const { key: entry, value: stored } of index.objects.getRange({})) {
      seen++;
      const [bucket = '', key = ''] = splitKey(entry);
      const what = `s3://${bucket}/${key}`;
      if (!index.buckets.get(bucket)) {
        yield { code: 'object-without-bucket', what, detail: 'its bucket does not exist' };
      }
      const damage = [...segmentProblems(what, stored.segments, used)];
      yield* damage;
      const size = stored.segments.reduce((sum, segment) => sum + segment.size, 0);
      if (size !== stored.size) {
        yield {
          code: 'object-size',
          what,
          detail: `${stored.size} bytes in the index, ${size} in its parts`,
        };
      } else if (deep && damage.length === 0 && !stored.etag.includes('-')) {
        const found = await md5Of(stored);
        if (found !== stored.etag) {
          yield { code: 'object-bytes', what, detail: `MD5 ${stored.etag} in the index, ${found} on disk` };
        }
      }
    }
    for (const { key: name, value: part } of index.parts.getRange({})) {
      yield* segmentProblems(`part ${name} of an upload`, part.segments, used);
    }
    for (const { value } of index.uploads.getRange({})) {
      if (index.buckets.get(value.bucket)) continue;
      const what = `s3://${value.bucket}/${value.key}`;
      yield {
        code: 'upload-without-bucket',
        what,
        detail: `the bucket of the upload ${value.uploadId} is gone`,
      };
    }
    for (const detail of index.notices.problems())
      yield { code: 'notices-count', what: 'notifications of buckets', detail };
    yield* orphans(used);
  }

  function* segmentProblems(
    what: string,
    segments: readonly Segment[],
    used: Set<string>,
  ): Generator<ObjectProblem> {
    for (const segment of segments) {
      used.add(segment.id);
      if (segment.inline) {
        if (index.inlineBytes(segment.id)?.length !== segment.size) {
          yield { code: 'inline-bytes-missing', what, detail: `the index has lost the bytes ${segment.id}` };
        }
        continue;
      }
      const size = sizeOf(join(dataPath, segment.id.slice(0, 2), segment.id));
      if (size === undefined) {
        yield { code: 'data-file-missing', what, detail: `the data file ${segment.id} is missing` };
      } else if (size !== segment.size) {
        const detail = `the data file ${segment.id} has ${size} bytes instead of ${segment.size}`;
        yield { code: 'data-file-size', what, detail };
      } else if (!index.isLive(segment.id)) {
        const detail = `the next start would sweep its data file ${segment.id} away`;
        yield { code: 'data-file-unprotected', what, detail };
      }
    }
  }

  function* orphans(used: ReadonlySet<string>): Generator<ObjectProblem> {
    for (const folder of readdirSync(dataPath)) {
      for (const id of readdirSync(join(dataPath, folder))) {
        if (used.has(id)) continue;
        yield { code: 'data-file-orphan', what: join(folder, id), detail: 'no object uses this file' };
      }
    }
  }

  async function md5Of(stored: StoredObject): Promise<string> {
    const md5 = createHash('md5');
    for await (const chunk of readObject(index, files, stored)) md5.update(chunk as Buffer);
    return md5.digest('hex');
  }

  return {
    get,
    head,
    list,
    findBucket: (name) => index.buckets.get(name),
    *buckets() {
      for (const { value } of index.buckets.getRange({})) yield value;
    },
    get seen() {
      return seen;
    },
    problems,
    close: () => index.close(),
  };
}

function splitKey(entry: Buffer): [string, string] {
  const zero = entry.indexOf(0);
  return [entry.toString('utf8', 0, zero), entry.toString('utf8', zero + 1)];
}

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size;
}
