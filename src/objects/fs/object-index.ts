import type { Database, RootDatabase } from 'lmdb';
import { openEnvironment } from '../../lmdb/index.ts';
import type { Bucket, Upload } from '../embedded-objects.ts';
import type { ObjectLock } from '../object-lock.ts';
import type { ObjectHeaders, ObjectInfo, ObjectPart } from '../object-store.ts';
import { MAX_KEY_BYTES, objectKey } from './index-keys.ts';
import { FsOwedNotices } from './owed-notices.ts';

/** A run of an object's bytes: a data file, or a small value in the index itself. */
export interface Segment {
  readonly id: string;
  readonly size: number;
  readonly inline?: true;
}

/** An object as the index keeps it; it exists exactly while this entry does. */
export interface StoredObject {
  readonly size: number;
  readonly etag: string;
  readonly lastModified: number;
  readonly headers: ObjectHeaders;
  readonly segments: readonly Segment[];
  readonly parts?: readonly ObjectPart[];
  readonly lock?: ObjectLock;
}

/** An uploaded part, not yet of any object. */
export interface StoredPart extends ObjectPart {
  readonly segments: readonly Segment[];
}

/** The metadata of the embedded store: one LMDB environment, every commit synced. */
export interface ObjectIndex {
  readonly buckets: Database<Bucket, string>;
  readonly objects: Database<StoredObject, Buffer>;
  readonly uploads: Database<Upload, string>;
  /** Keyed `<upload id>/<number, five digits>`. */
  readonly parts: Database<StoredPart, string>;
  readonly notices: FsOwedNotices;
  find(bucket: string, key: string): StoredObject | undefined;
  inlineBytes(id: string): Buffer | undefined;
  /** True for data files that an object or a part uses. */
  isLive(id: string): boolean;
  /** True while an object or a part uses the segment. */
  hasSegment(segment: Segment): boolean;
  /** Inside a transaction: gives a segment its place. */
  addSegments(segments: readonly Segment[], inline?: Buffer): void;
  /** Inside a transaction; the files are removed after the commit. */
  dropSegments(segments: readonly Segment[]): void;
  /** Runs `change` alone and resolves after the sync. `change` must not throw: it answers what it found. */
  transaction<T>(change: () => T): Promise<T>;
  close(): Promise<void>;
}

/** Opens (and makes) the index in the folder `path`. */
export function openObjectIndex(path: string): ObjectIndex {
  const root: RootDatabase<unknown, string> = openEnvironment(path);
  const objects = root.openDB<StoredObject, Buffer>({
    name: 'objects',
    encoding: 'json',
    keyEncoding: 'binary',
  });
  const inline = root.openDB<Buffer, string>({ name: 'inline', encoding: 'binary' });
  const live = root.openDB<number, string>({ name: 'live', encoding: 'json' });
  const notices = new FsOwedNotices(root);
  return {
    notices,
    buckets: root.openDB<Bucket, string>({ name: 'buckets', encoding: 'json' }),
    objects,
    uploads: root.openDB<Upload, string>({ name: 'uploads', encoding: 'json' }),
    parts: root.openDB<StoredPart, string>({ name: 'parts', encoding: 'json' }),
    find: (bucket, key) =>
      Buffer.byteLength(key) > MAX_KEY_BYTES ? undefined : objects.get(objectKey(bucket, key)),
    inlineBytes: (id) => inline.getBinary(id),
    isLive: (id) => live.get(id) !== undefined,
    hasSegment: ({ id, inline: inIndex }) => (inIndex ? inline.doesExist(id) : live.get(id) !== undefined),
    addSegments(segments, bytes) {
      for (const segment of segments) {
        if (!segment.inline) void live.put(segment.id, 1);
        else if (bytes) void inline.put(segment.id, bytes);
      }
    },
    dropSegments(segments) {
      for (const segment of segments) void (segment.inline ? inline : live).remove(segment.id);
    },
    async transaction<T>(change: () => T) {
      const outcome = await root.transaction(change);
      notices.announce();
      return outcome as T;
    },
    close: () => root.close(),
  };
}

/** What the index tells of an object to the outside. */
export function describeObject(key: string, stored: StoredObject): ObjectInfo {
  const { size, etag, lastModified, headers, parts, lock } = stored;
  return { key, size, etag, lastModified, headers, ...(parts && { parts }), ...(lock && { lock }) };
}
