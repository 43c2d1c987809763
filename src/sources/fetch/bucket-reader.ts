/** An object of a listing. */
export interface ListedObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
}

/** A page of a listing, in the order of the keys' UTF-8 bytes. */
export interface ListedPage {
  readonly objects: readonly ListedObject[];
  /** There is more after the last of them. */
  readonly more: boolean;
}

/** A source's bucket, read only. Each call is one request, without retries; @throws BucketError */
export interface BucketReader {
  list(request: { readonly prefix: string; readonly startAfter: string }): Promise<ListedPage>;
  /** Whole. Rejects when more than `maxBytes` come, or fewer than were announced. */
  get(key: string, maxBytes: number): Promise<Buffer<ArrayBuffer>>;
  close(): void;
}

/** What a failed request means for whoever sent it. */
export type BucketErrorKind =
  /** Slower: the bucket has enough for now. */
  | 'throttled'
  /** The network, or the server's own trouble: again, later. */
  | 'passing'
  /** The object is not there. */
  | 'missing'
  /** The object is larger than was allowed. */
  | 'too-large'
  /** Keys, permissions, the bucket's name: a person must do something. */
  | 'refused';

/** A request to a bucket failed. `message` is for people, and holds no secrets. */
export class BucketError extends Error {
  readonly kind: BucketErrorKind;
  constructor(kind: BucketErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BucketError';
    this.kind = kind;
  }
}
