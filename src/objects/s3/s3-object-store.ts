import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as s3 from '@aws-sdk/client-s3';
import { S3Client, type S3ClientConfig, S3ServiceException } from '@aws-sdk/client-s3';
import { type ObjectInfo, type ObjectStore, ObjectStoreError } from '../object-store.ts';
import { putMembers, readHeaders } from './object-headers.ts';

/** Where the remote S3 is and who we are there. */
export interface S3ObjectStoreOptions {
  /** `https://s3.example:9000`; absent: AWS. */
  readonly endpoint?: string;
  readonly region: string;
  /** Absent: the SDK's own chain (environment, profile, instance role). */
  readonly credentials?: S3ClientConfig['credentials'];
  /** Milliseconds until a connection, and then an answer, is given up. Defaults 5,000 and 60,000. */
  readonly connectTimeout?: number;
  readonly requestTimeout?: number;
  /** Tries of one call, the first included. Default 3. */
  readonly maxAttempts?: number;
  /** Milliseconds since the epoch; default the system's clock. */
  readonly now?: () => number;
}

/** The SDK's client as opentrail uses it: path-style addresses wherever an endpoint is given, bounded waiting. */
export function createS3Client(options: S3ObjectStoreOptions): S3Client {
  return new S3Client({
    region: options.region,
    ...(options.endpoint !== undefined && { endpoint: options.endpoint, forcePathStyle: true }),
    ...(options.credentials && { credentials: options.credentials }),
    maxAttempts: options.maxAttempts ?? 3,
    requestHandler: {
      connectionTimeout: options.connectTimeout ?? 5_000,
      requestTimeout: options.requestTimeout ?? 60_000,
      httpAgent: new HttpAgent({ keepAlive: true, maxSockets: 50 }),
      httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: 50 }),
    },
  });
}

/** Objects in any S3. Errors carry S3's own code; `TimeoutError` and the like are the SDK's names. */
export function createS3ObjectStore(options: S3ObjectStoreOptions): ObjectStore {
  const client = createS3Client(options);
  const now = options.now ?? Date.now;

  async function call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storeError(error);
    }
  }

  return {
    put: (bucket, key, body, headers) =>
      call(async () => {
        // A stream cannot be sent twice, so the SDK would have no second try: it is taken in first.
        const bytes = Buffer.isBuffer(body) ? body : await buffer(body);
        const answer = await client.send(
          new s3.PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ...putMembers(headers) }),
        );
        return {
          key,
          size: bytes.length,
          etag: unquote(answer.ETag),
          // S3 does not tell; whoever needs the store's own date asks with head.
          lastModified: now(),
          headers: headers ?? {},
        };
      }),

    get: (bucket, key, range) =>
      call(async () => {
        const output = await client.send(
          new s3.GetObjectCommand({
            Bucket: bucket,
            Key: key,
            ...(range && { Range: `bytes=${range.first}-${range.last}` }),
          }),
        );
        const size = Number(output.ContentRange?.split('/')[1] ?? output.ContentLength ?? 0);
        return { info: describe(key, size, output), body: output.Body as Readable };
      }),

    head: (bucket, key) =>
      call(async () => {
        try {
          const output = await client.send(
            new s3.HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }),
          );
          return describe(key, output.ContentLength ?? 0, output);
        } catch (error) {
          if (!isNotFound(error)) throw error;
          // A HEAD has no body to tell a missing key from a missing bucket.
          await client.send(new s3.HeadBucketCommand({ Bucket: bucket })).catch((missing) => {
            if (!isNotFound(missing)) throw missing;
            throw new ObjectStoreError('NoSuchBucket', 'The specified bucket does not exist', {
              cause: missing,
            });
          });
          return undefined;
        }
      }),

    list: ({ bucket, prefix, delimiter, startAfter, maxKeys }) =>
      call(async () => {
        if (maxKeys !== undefined && maxKeys <= 0) return { objects: [], commonPrefixes: [] };
        const output = await client.send(
          new s3.ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            Delimiter: delimiter,
            StartAfter: startAfter,
            MaxKeys: maxKeys,
          }),
        );
        const objects = (output.Contents ?? []).map((entry) => describeEntry(entry));
        const commonPrefixes = (output.CommonPrefixes ?? []).map((entry) => entry.Prefix ?? '');
        // Not every S3 takes its own token back as a key: the last entry of the page is one everywhere.
        const next = output.IsTruncated ? lastOf(objects.at(-1)?.key, commonPrefixes.at(-1)) : undefined;
        return { objects, commonPrefixes, ...(next !== undefined && { next }) };
      }),

    delete: (bucket, key) =>
      call(async () => {
        await client.send(new s3.DeleteObjectCommand({ Bucket: bucket, Key: key }));
      }),

    close: async () => client.destroy(),
  };
}

function describe(key: string, size: number, output: s3.HeadObjectOutput): ObjectInfo {
  const lastModified = output.LastModified?.getTime() ?? 0;
  return { key, size, etag: unquote(output.ETag), lastModified, headers: readHeaders(output) };
}

function describeEntry(entry: s3._Object): ObjectInfo {
  return {
    key: entry.Key ?? '',
    size: entry.Size ?? 0,
    etag: unquote(entry.ETag),
    lastModified: entry.LastModified?.getTime() ?? 0,
    headers: entry.StorageClass === undefined ? {} : { storageClass: entry.StorageClass },
  };
}

/** The later of two in S3's order, the bytes of UTF-8. */
function lastOf(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0 ? a : b;
}

function unquote(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}

function isNotFound(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404;
}

function storeError(error: unknown): Error {
  if (error instanceof ObjectStoreError) return error;
  if (!(error instanceof Error)) return new ObjectStoreError('InternalError', String(error));
  return new ObjectStoreError(error.name, error.message, { cause: error });
}
