import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedObjects } from '../embedded-objects.ts';
import { createBuckets } from './buckets.ts';
import { createCompleteUpload } from './complete-upload.ts';
import { openDataFiles } from './data-files.ts';
import { openObjectIndex } from './object-index.ts';
import { createObjectLocks } from './object-locks.ts';
import { createObjects } from './objects.ts';
import { createUploads } from './uploads.ts';

/** What the embedded object store needs to open. */
export interface FsObjectStoreOptions {
  /** A folder of its own; made when missing. Who can write in it can change objects: it is trusted. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Free bytes of disk below which larger objects are refused with InsufficientStorage. Default 16 MiB. */
  readonly reserveBytes?: number;
}

/**
 * Opens the embedded object store: `index/` (LMDB: buckets, objects, uploads, small bodies) and `data/` (one file
 * per larger body). What a crash left in `data/` without an entry is removed in the background.
 */
export function openFsObjectStore(options: FsObjectStoreOptions): EmbeddedObjects {
  const { path, now, reserveBytes = 16 * 1024 * 1024 } = options;
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const index = openObjectIndex(join(path, 'index'));
  const files = openDataFiles(join(path, 'data'), reserveBytes);
  const swept = files.sweep(index.isLive);
  // Whoever waits for it sees the failure; nobody must.
  swept.catch(() => undefined);

  return {
    ...createBuckets(index, files, now),
    ...createObjects(index, files, now),
    ...createObjectLocks(index, now),
    ...createUploads(index, files, now),
    completeUpload: createCompleteUpload(index, files, now),
    notices: index.notices,
    holdRemovals: files.holdRemovals,
    swept,
    async close() {
      files.stop();
      await swept.catch(() => undefined);
      await index.close();
    },
  };
}
