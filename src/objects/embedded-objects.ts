import type { Readable } from 'node:stream';
import type { ChecksumAlgorithm } from './checksum/checksum.ts';
import type { BucketNotices, NoticeOrigin, OwedNotices } from './notices.ts';
import type { BucketLock, LockBypass, ObjectLock, Retention } from './object-lock.ts';
import type { ObjectHeaders, ObjectInfo, ObjectPart, ObjectStore } from './object-store.ts';

/** Settings of a bucket that are kept as they were given; absent: never set. */
export interface BucketConfig {
  /** Policy document, compact JSON text. */
  readonly policy?: string;
  /** Grants of the access control list; absent: the owner has full control. */
  readonly grants?: readonly BucketGrant[];
  readonly tags?: readonly { readonly key: string; readonly value: string }[];
  /** `BucketOwnerEnforced`, `BucketOwnerPreferred`, `ObjectWriter`. */
  readonly objectOwnership?: string;
  readonly publicAccessBlock?: {
    readonly blockPublicAcls: boolean;
    readonly ignorePublicAcls: boolean;
    readonly blockPublicPolicy: boolean;
    readonly restrictPublicBuckets: boolean;
  };
  /** Present: objects of this bucket can be held. */
  readonly objectLock?: BucketLock;
  /** Who is told of what happens to objects. */
  readonly notices?: BucketNotices;
}

export interface BucketGrant {
  readonly permission: string;
  readonly granteeType: string;
  /** Canonical user id or group URI. */
  readonly grantee: string;
}

/** A bucket of the embedded store. */
export interface Bucket {
  readonly name: string;
  /** Twelve digits: the owner. */
  readonly account: string;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly config: BucketConfig;
}

/** What the writer says about the bytes, checked while they stream in. */
export interface BodyChecks {
  /** Bytes that must come; fewer or more: `IncompleteBody`. */
  readonly size?: number;
  /** MD5, base64; else `BadDigest`. */
  readonly md5?: string;
  /** Base64 by algorithm; else `BadDigest`. They are kept with the object. */
  readonly checksums?: ReadonlyMap<ChecksumAlgorithm, string>;
  /** Computed and kept, whatever they are. */
  readonly compute?: readonly ChecksumAlgorithm[];
}

/** `true` for "must not exist", an ETag without quotes or `*` for "must exist so"; else `PreconditionFailed`. */
export interface WriteCondition {
  readonly ifNoneMatch?: true;
  readonly ifMatch?: string;
}

export interface WriteRequest {
  readonly bucket: string;
  readonly key: string;
  readonly body: Buffer | Readable;
  readonly headers?: ObjectHeaders;
  readonly checks?: BodyChecks;
  readonly condition?: WriteCondition;
  /** Beside the bucket's default. @throws InvalidRequest when the bucket has no object lock. */
  readonly lock?: ObjectLock;
  /**
   * The writer repeats itself after a crash: a held object that has these very bytes already is the success of an
   * earlier try, and stays as it is.
   */
  readonly mayRepeat?: boolean;
  /** For those who are told of it. */
  readonly origin?: NoticeOrigin;
  /** The bytes are another object's. */
  readonly isCopy?: boolean;
}

/** A multipart upload under way. */
export interface Upload {
  readonly bucket: string;
  readonly key: string;
  /** Opaque; grows with the time of creation. */
  readonly uploadId: string;
  readonly initiatedAt: number;
  readonly headers: ObjectHeaders;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly type: 'FULL_OBJECT' | 'COMPOSITE' };
  /** ARN of who began it. */
  readonly initiator: string;
  /** For the object that comes of it. */
  readonly lock?: ObjectLock;
}

export interface UploadAddress {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
}

/** What CompleteMultipartUpload names of each part. */
export interface CompletedPart {
  readonly number: number;
  readonly etag?: string;
  readonly checksums?: Readonly<Record<string, string>>;
}

/**
 * The embedded object store: all of ObjectStore, and what the s3 service needs besides. Everything is durable when
 * its promise resolves. Questions about buckets are answered from memory-mapped pages, without waiting. Errors are
 * ObjectStoreError with S3's codes. May be called concurrently; one process at a time has the folder.
 */
export interface EmbeddedObjects extends ObjectStore {
  findBucket(name: string): Bucket | undefined;
  /** In order of names; of one account, or all. */
  listBuckets(account?: string): Bucket[];
  /** @throws BucketAlreadyOwnedByYou, BucketAlreadyExists (with another account). */
  createBucket(
    bucket: Omit<Bucket, 'createdAt' | 'config'> & { readonly config?: BucketConfig },
  ): Promise<Bucket>;
  /** @throws NoSuchBucket. `change` must be pure. */
  changeBucket(name: string, change: (config: BucketConfig) => BucketConfig): Promise<Bucket>;
  /** Uploads under way are dropped with it. @throws NoSuchBucket, BucketNotEmpty. */
  deleteBucket(name: string): Promise<void>;

  /**
   * @throws NoSuchBucket, BadDigest, IncompleteBody, PreconditionFailed, NoSuchKey (If-Match), InsufficientStorage,
   *   AccessDenied (a held object stands there: there are no versions to put it aside).
   */
  write(request: WriteRequest): Promise<ObjectInfo>;
  /** Changes what is kept with an object, not its bytes, ETag or date. @throws NoSuchBucket, NoSuchKey. */
  changeHeaders(
    bucket: string,
    key: string,
    change: (headers: ObjectHeaders) => ObjectHeaders,
  ): Promise<ObjectInfo>;

  /** No error when there is none. @throws NoSuchBucket, AccessDenied (it is held). */
  delete(bucket: string, key: string, bypass?: LockBypass, origin?: NoticeOrigin): Promise<void>;
  /** Absent `retention`: none any more. @throws NoSuchBucket, NoSuchKey, InvalidRequest, AccessDenied. */
  changeRetention(
    bucket: string,
    key: string,
    retention: Retention | undefined,
    bypass?: LockBypass,
  ): Promise<ObjectInfo>;
  /** @throws NoSuchBucket, NoSuchKey, InvalidRequest. */
  changeLegalHold(bucket: string, key: string, held: boolean): Promise<ObjectInfo>;

  createUpload(upload: Omit<Upload, 'uploadId' | 'initiatedAt'>): Promise<Upload>;
  /** @throws NoSuchUpload. */
  findUpload(address: UploadAddress): Upload;
  writePart(
    address: UploadAddress,
    number: number,
    body: Buffer | Readable,
    checks?: BodyChecks,
  ): Promise<ObjectPart>;
  /** Parts uploaded so far, in order of their numbers. @throws NoSuchUpload. */
  listParts(address: UploadAddress): ObjectPart[];
  /** In order of key, then of creation. */
  listUploads(bucket: string): Upload[];
  /** @throws NoSuchUpload, InvalidPart, InvalidPartOrder, EntityTooSmall, BadDigest, PreconditionFailed, AccessDenied. */
  completeUpload(
    address: UploadAddress,
    parts: readonly CompletedPart[],
    options?: {
      readonly condition?: WriteCondition;
      readonly checksums?: ReadonlyMap<ChecksumAlgorithm, string>;
      readonly size?: number;
      readonly origin?: NoticeOrigin;
    },
  ): Promise<ObjectInfo>;
  /** @throws NoSuchUpload. */
  abortUpload(address: UploadAddress): Promise<void>;

  /**
   * Until the answer is called, the files of deleted and overwritten objects stay on disk: for a copy of the index,
   * taken meanwhile, they are still there. Calling it twice does no harm.
   */
  holdRemovals(): () => void;
  /** What is owed to those who want to know what happens to objects. */
  readonly notices: OwedNotices;
  /** Resolves when what an earlier crash left behind has been removed; the number of files. */
  readonly swept: Promise<number>;
}
