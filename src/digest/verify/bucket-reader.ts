/** An object as a bucket holds it: its bytes undecoded, and its own metadata with lower-case names. */
export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly metadata: ReadonlyMap<string, string>;
}

/** One line of a bucket's listing. */
export interface ListedObject {
  readonly key: string;
  /** When the store itself took the object in, in milliseconds; absent where the store's word means nothing. */
  readonly lastModified?: number;
}

/**
 * Where digests and log files lie: an S3, or a folder with a copy. Not trusted: whoever holds the bucket chooses
 * every byte, name and date that comes from here. May be called concurrently.
 */
export interface BucketReader {
  /**
   * False for a copy that lost the objects' metadata, and with it the digests' signatures. The signature of each digest
   * but the newest is then taken from its successor, which has signed it.
   */
  readonly keepsMetadata: boolean;
  /** Digests that may be fetched before the walk comes to them, at least 1; default 16. For readers with little memory. */
  readonly ahead?: number;
  /** Digests larger than this, inflated, count as unreadable; default and most: 64 MB. Bytes. */
  readonly maxDigestBytes?: number;
  /** Pages of keys that begin with `prefix` and come after `after`, in ascending order of their UTF-8 bytes. */
  list(bucket: string, prefix: string, after: string): AsyncIterable<readonly ListedObject[]>;
  /**
   * An object, or undefined when there is none (S3's `NoSuchKey`).
   * @throws ObjectTooLarge beyond `maxBytes`; any other error ends the verification.
   */
  get(bucket: string, key: string, maxBytes: number): Promise<StoredObject | undefined>;
}

/** An object is larger than anything that CloudTrail writes, and was not read. */
export class ObjectTooLarge extends Error {
  constructor(bucket: string, key: string, maxBytes: number) {
    super(`s3://${bucket}/${key} is larger than ${maxBytes} bytes`);
    this.name = 'ObjectTooLarge';
  }
}
