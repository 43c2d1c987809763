import { Readable } from 'node:stream';
import { ObjectStoreError } from '../object-store.ts';
import type { DataFiles } from './data-files.ts';
import type { ObjectIndex, StoredObject } from './object-index.ts';

/**
 * The bytes `first` to `last` (inclusive) of an object as it stands now: the files stay until the stream is closed,
 * also when the object is overwritten or deleted meanwhile. Call in the same turn in which `stored` was read.
 */
export function readObject(
  index: ObjectIndex,
  files: DataFiles,
  stored: StoredObject,
  first = 0,
  last = stored.size - 1,
): Readable {
  const ids = stored.segments.filter((segment) => !segment.inline).map((segment) => segment.id);
  const inline = new Map(
    stored.segments.filter((segment) => segment.inline).map(({ id }) => [id, index.inlineBytes(id)]),
  );
  const unpin = files.pin(ids);

  async function* bytes() {
    let offset = 0;
    for (const segment of stored.segments) {
      const from = Math.max(first - offset, 0);
      const to = Math.min(last - offset, segment.size - 1);
      offset += segment.size;
      if (from > to) continue;
      if (!segment.inline) {
        yield* files.read(segment.id, from, to);
        continue;
      }
      const held = inline.get(segment.id);
      if (!held) throw new ObjectStoreError('InternalError', `the index has lost the bytes of ${segment.id}`);
      yield held.subarray(from, to + 1);
    }
  }
  return Readable.from(bytes(), { objectMode: false }).once('close', unpin);
}
