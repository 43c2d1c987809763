import type { ListedObject } from './bucket-reader.ts';
import { readCloudTrailKey } from './cloudtrail-key.ts';
import type { FoundFile, WalkHost } from './walk-host.ts';

/** Pages of a listing, as long as they go forward: a bucket that repeats itself ends it. */
export async function* pagesOf(
  host: Pick<WalkHost, 'list' | 'signal'>,
  prefix: string,
  startAfter: string,
): AsyncGenerator<readonly ListedObject[]> {
  let after = startAfter;
  for (;;) {
    host.signal.throwIfAborted();
    const { objects, more } = await host.list({ prefix, startAfter: after });
    const forward = objects.filter(({ key }) => key.startsWith(prefix) && isAfter(key, after));
    if (forward.length > 0) yield forward;
    const last = forward.at(-1)?.key;
    if (!more || last === undefined) return;
    after = last;
  }
}

/** By UTF-8 bytes, as buckets order their keys; UTF-16 differs from that above U+D7FF only. */
export function isAfter(a: string, b: string): boolean {
  return /[\ud800-\uffff]/.test(a + b) ? Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0 : a > b;
}

/** A listed object, and what its key says. */
export function found(object: ListedObject): FoundFile {
  const place = readCloudTrailKey(object.key);
  return place ? { ...object, place } : object;
}
