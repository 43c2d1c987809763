import type { ListAnswer, ListRequest, ObjectInfo } from '../object-store.ts';
import { afterKey, afterPrefix, keyOf, MAX_KEY_BYTES, objectKey } from './index-keys.ts';
import { describeObject, type ObjectIndex } from './object-index.ts';

/** S3's largest page. */
const MAX_KEYS = 1000;

/**
 * One page of a listing. Keys and common prefixes come in one order and count alike; a common prefix is passed over
 * by seeking behind it, so that a page costs what it shows, not what it hides.
 */
export function listObjects(index: ObjectIndex, request: ListRequest): ListAnswer {
  const { bucket, prefix = '', startAfter } = request;
  const maxKeys = Math.min(request.maxKeys ?? MAX_KEYS, MAX_KEYS);
  if (maxKeys <= 0 || Buffer.byteLength(prefix) > MAX_KEY_BYTES) return { objects: [], commonPrefixes: [] };

  const first = objectKey(bucket, prefix);
  const end = afterPrefix(first);
  let start = first;
  if (startAfter !== undefined) {
    const rolled = commonPrefix(startAfter, prefix, request.delimiter);
    const after =
      rolled === undefined ? afterKey(bounded(bucket, startAfter)) : afterPrefix(bounded(bucket, rolled));
    if (Buffer.compare(after, start) > 0) start = after;
  }

  const objects: ObjectInfo[] = [];
  const commonPrefixes: string[] = [];
  let last = '';
  for (let seeking = true; seeking; ) {
    seeking = false;
    if (Buffer.compare(start, end) >= 0) break;
    for (const { key: entry, value } of index.objects.getRange({ start, end })) {
      if (objects.length + commonPrefixes.length === maxKeys) return { objects, commonPrefixes, next: last };
      const key = keyOf(entry, bucket);
      const rolled = commonPrefix(key, prefix, request.delimiter);
      if (rolled !== undefined) {
        commonPrefixes.push(rolled);
        last = rolled;
        start = afterPrefix(objectKey(bucket, rolled));
        seeking = true;
        break;
      }
      const { parts: _, ...info } = describeObject(key, value);
      objects.push(info);
      last = key;
    }
  }
  return { objects, commonPrefixes };
}

/** `key` up to the first delimiter behind the prefix, that included. */
export function commonPrefix(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (!delimiter || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** No key is longer than the bound, so what a marker has beyond it decides nothing, and the index would refuse it. */
function bounded(bucket: string, marker: string): Buffer {
  const bytes = Buffer.from(marker);
  return objectKey(bucket, bytes.length > MAX_KEY_BYTES ? bytes.subarray(0, MAX_KEY_BYTES + 1) : bytes);
}
