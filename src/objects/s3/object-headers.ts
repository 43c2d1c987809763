import type { HeadObjectOutput, PutObjectRequest } from '@aws-sdk/client-s3';
import type { ObjectHeaders } from '../object-store.ts';

/** Our headers as members of PutObject. */
export function putMembers(headers: ObjectHeaders = {}): Partial<PutObjectRequest> {
  const { checksums = {} } = headers;
  return {
    ContentType: headers.contentType,
    ContentEncoding: headers.contentEncoding,
    ContentDisposition: headers.contentDisposition,
    ContentLanguage: headers.contentLanguage,
    CacheControl: headers.cacheControl,
    Expires: headers.expires === undefined ? undefined : new Date(headers.expires),
    Metadata: headers.metadata && { ...headers.metadata },
    StorageClass: headers.storageClass as PutObjectRequest['StorageClass'],
    ACL: headers.acl as PutObjectRequest['ACL'],
    Tagging: headers.tags && new URLSearchParams(headers.tags).toString(),
    ServerSideEncryption: headers.serverSideEncryption as PutObjectRequest['ServerSideEncryption'],
    SSEKMSKeyId: headers.kmsKeyId,
    ChecksumCRC32: checksums.crc32,
    ChecksumCRC32C: checksums.crc32c,
    ChecksumCRC64NVME: checksums.crc64nvme,
    ChecksumSHA1: checksums.sha1,
    ChecksumSHA256: checksums.sha256,
  };
}

/** What a HEAD or GET answered, as our headers. */
export function readHeaders(output: HeadObjectOutput): ObjectHeaders {
  const checksums = {
    crc32: output.ChecksumCRC32,
    crc32c: output.ChecksumCRC32C,
    crc64nvme: output.ChecksumCRC64NVME,
    sha1: output.ChecksumSHA1,
    sha256: output.ChecksumSHA256,
  };
  return withoutUndefined({
    contentType: output.ContentType,
    contentEncoding: output.ContentEncoding,
    contentDisposition: output.ContentDisposition,
    contentLanguage: output.ContentLanguage,
    cacheControl: output.CacheControl,
    expires: output.ExpiresString,
    metadata: output.Metadata,
    storageClass: output.StorageClass,
    checksumType: output.ChecksumType,
    serverSideEncryption: output.ServerSideEncryption,
    kmsKeyId: output.SSEKMSKeyId,
    checksums: withoutUndefined(checksums),
  });
}

type Defined<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}
