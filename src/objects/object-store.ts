import type { Readable } from 'node:stream';
import type { ObjectLock } from './object-lock.ts';

/** Headers and metadata that are kept with an object and come back with it. */
export interface ObjectHeaders {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly contentDisposition?: string;
  readonly contentLanguage?: string;
  readonly cacheControl?: string;
  readonly expires?: string;
  /** User metadata (`x-amz-meta-…`), names in lower case without the prefix. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Checksums of the whole object by algorithm, as the client sent or asked for them: base64. */
  readonly checksums?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly storageClass?: string;
  readonly acl?: string;
  /** `COMPOSITE`: the checksums are of the parts' checksums. Default `FULL_OBJECT`. */
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  /** As asked for by the writer: `AES256`, `aws:kms`. */
  readonly serverSideEncryption?: string;
  readonly kmsKeyId?: string;
}

/** One part of a multipart object, or of an upload under way. */
export interface ObjectPart {
  readonly number: number;
  readonly size: number;
  /** MD5 hex. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  readonly checksums: Readonly<Record<string, string>>;
}

/** What a listing or a HEAD tells of an object. */
export interface ObjectInfo {
  readonly key: string;
  readonly size: number;
  /** Without quotes; MD5 hex, or `<md5 of md5s>-<parts>` for a multipart upload. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  readonly headers: ObjectHeaders;
  /** What holds it; only of objects in buckets with object lock. */
  readonly lock?: ObjectLock;
  /** In order; only of objects that were uploaded in parts, and not in listings. */
  readonly parts?: readonly ObjectPart[];
}

export interface ListRequest {
  readonly bucket: string;
  readonly prefix?: string;
  readonly delimiter?: string;
  /** Only keys strictly after this one (UTF-8 byte order). */
  readonly startAfter?: string;
  readonly maxKeys?: number;
}

export interface ListAnswer {
  readonly objects: readonly ObjectInfo[];
  readonly commonPrefixes: readonly string[];
  /** Present when there is more: hand it back as `startAfter`. */
  readonly next?: string;
}

/** An error of the object store; `code` is S3's own (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). */
export class ObjectStoreError extends Error {
  readonly code:
    | 'NoSuchBucket'
    | 'NoSuchKey'
    | 'NoSuchUpload'
    | 'InvalidPart'
    | 'BadDigest'
    | 'AccessDenied'
    | (string & {});
  constructor(code: ObjectStoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ObjectStoreError';
    this.code = code;
  }
}

/**
 * Objects by bucket and key, whatever keeps them. Used by delivery, digests and verification; the s3 service talks to
 * the embedded implementation, which can do more.
 *
 * `put` is atomic and durable on return: a reader sees the old object or the new one, whole. A rejected `put` may
 * still have been applied (a remote store that timed out): repeat it with the same bytes.
 */
export interface ObjectStore {
  put(bucket: string, key: string, body: Buffer | Readable, headers?: ObjectHeaders): Promise<ObjectInfo>;
  /** @throws ObjectStoreError NoSuchKey, NoSuchBucket. `range`: first and last byte, both inclusive. */
  get(
    bucket: string,
    key: string,
    range?: { readonly first: number; readonly last: number },
  ): Promise<{ info: ObjectInfo; body: Readable }>;
  head(bucket: string, key: string): Promise<ObjectInfo | undefined>;
  list(request: ListRequest): Promise<ListAnswer>;
  /** No error when there is none. */
  delete(bucket: string, key: string): Promise<void>;
  close(): Promise<void>;
}
