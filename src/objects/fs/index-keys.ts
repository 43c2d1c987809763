/**
 * Keys of the index: `<bucket> 00 <key>` as bytes, so that LMDB's order is S3's order of listings (UTF-8 bytes). A
 * bucket's name holds no zero byte.
 */
export function objectKey(bucket: string, key: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(bucket), ZERO, typeof key === 'string' ? Buffer.from(key) : key]);
}

const ZERO = Buffer.from([0]);

/** The object's key out of an index key. */
export function keyOf(entry: Buffer, bucket: string): string {
  return entry.toString('utf8', Buffer.byteLength(bucket) + 1);
}

/** The first key after all that start with `prefix`: its last byte grown by one (UTF-8 never has 255). */
export function afterPrefix(prefix: Buffer): Buffer {
  const after = Buffer.from(prefix);
  after[after.length - 1]! += 1;
  return after;
}

/** The first key after `key` itself. */
export function afterKey(key: Buffer): Buffer {
  return Buffer.concat([key, ZERO]);
}

/** S3's bound for keys, in bytes of UTF-8. */
export const MAX_KEY_BYTES = 1024;
