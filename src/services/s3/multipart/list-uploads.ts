import type {
  ListMultipartUploadsOutput,
  ListMultipartUploadsRequest,
  ListPartsOutput,
  ListPartsRequest,
  StorageClass,
} from '@aws-sdk/client-s3';
import type { Upload } from '../../../objects/index.ts';
import { canonicalId } from '../buckets/owner.ts';
import { keyEncoder, pageSize } from '../listing/encode-key.ts';
import { partChecksumMembers } from '../objects/checksum-members.ts';
import { type BuiltOperation, bucketOperation, objectOperation } from '../operation-kinds.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { addressOf } from './upload-operations.ts';

/** Listings of uploads under way and of their parts. */
export function listUploadOperations(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  return [
    ['ListParts', listParts(deps)],
    ['ListMultipartUploads', listUploads(deps)],
  ];
}

function listParts(deps: S3ServiceDependencies): BuiltOperation {
  return objectOperation<ListPartsRequest, ListPartsOutput>(
    deps,
    ['s3:ListMultipartUploadParts'],
    async (input, _call, bucket) => {
      const address = addressOf(input, bucket.name);
      const upload = deps.objects.findUpload(address);
      const max = pageSize(input.MaxParts, 'max-parts');
      const marker = Number(input.PartNumberMarker ?? 0) || 0;
      const rest = deps.objects.listParts(address).filter(({ number }) => number > marker);
      const page = rest.slice(0, max);
      return {
        Bucket: bucket.name,
        Key: input.Key,
        UploadId: upload.uploadId,
        PartNumberMarker: String(marker),
        ...(page.length > 0 && { NextPartNumberMarker: String(page.at(-1)!.number) }),
        MaxParts: max,
        IsTruncated: rest.length > page.length && max > 0,
        ...(page.length > 0 && {
          Parts: page.map((part) => ({
            PartNumber: part.number,
            LastModified: new Date(part.lastModified),
            ETag: `"${part.etag}"`,
            Size: part.size,
            ...partChecksumMembers(part.checksums),
          })),
        }),
        ...who(upload, bucket.account),
      };
    },
  );
}

function listUploads(deps: S3ServiceDependencies): BuiltOperation {
  return bucketOperation<ListMultipartUploadsRequest, ListMultipartUploadsOutput>(
    deps,
    's3:ListBucketMultipartUploads',
    async (input, _call, bucket) => {
      const encode = keyEncoder(input.EncodingType);
      const max = pageSize(input.MaxUploads, 'max-uploads');
      const { Prefix: prefix = '', Delimiter: delimiter } = input;
      const entries = rollUp(
        deps.objects.listUploads(bucket.name).filter((upload) => upload.key.startsWith(prefix)),
        prefix,
        delimiter,
      ).filter((entry) => isAfter(entry, input.KeyMarker, input.UploadIdMarker));
      const page = entries.slice(0, max);
      const last = page.at(-1);
      const uploads = page.filter((entry) => entry.upload !== undefined).map((entry) => entry.upload!);
      const prefixes = page.filter((entry) => entry.upload === undefined).map((entry) => entry.key);
      const isTruncated = max > 0 && entries.length > page.length;
      return {
        Bucket: bucket.name,
        KeyMarker: encode(input.KeyMarker ?? ''),
        UploadIdMarker: input.UploadIdMarker ?? '',
        ...(isTruncated &&
          last && { NextKeyMarker: encode(last.key), NextUploadIdMarker: last.upload?.uploadId ?? '' }),
        Prefix: encode(prefix),
        ...(delimiter && { Delimiter: encode(delimiter) }),
        ...(input.EncodingType !== undefined && { EncodingType: 'url' as const }),
        MaxUploads: max,
        IsTruncated: isTruncated,
        ...(uploads.length > 0 && {
          Uploads: uploads.map((upload) => ({
            UploadId: upload.uploadId,
            Key: encode(upload.key),
            Initiated: new Date(upload.initiatedAt),
            ...who(upload, bucket.account),
          })),
        }),
        ...(prefixes.length > 0 && { CommonPrefixes: prefixes.map((key) => ({ Prefix: encode(key) })) }),
      };
    },
    { data: true },
  );
}

interface Entry {
  /** The upload's key, or a common prefix. */
  readonly key: string;
  readonly upload?: Upload;
}

function rollUp(uploads: readonly Upload[], prefix: string, delimiter: string | undefined): Entry[] {
  const entries: Entry[] = [];
  for (const upload of uploads) {
    const at = delimiter ? upload.key.indexOf(delimiter, prefix.length) : -1;
    if (at < 0) entries.push({ key: upload.key, upload });
    else {
      const key = upload.key.slice(0, at + delimiter!.length);
      if (entries.at(-1)?.key !== key || entries.at(-1)?.upload) entries.push({ key });
    }
  }
  return entries;
}

/** Behind the key marker; with an upload id marker also later uploads of that very key. */
function isAfter(entry: Entry, keyMarker: string | undefined, idMarker: string | undefined): boolean {
  if (!keyMarker) return true;
  const order = Buffer.compare(Buffer.from(entry.key), Buffer.from(keyMarker));
  return order > 0 || (order === 0 && !!idMarker && (entry.upload?.uploadId ?? '') > idMarker);
}

function who(upload: Upload, account: string) {
  const { algorithm, type } = upload.checksum;
  return {
    Initiator: { ID: upload.initiator },
    Owner: { ID: canonicalId(account) },
    StorageClass: (upload.headers.storageClass ?? 'STANDARD') as StorageClass,
    ChecksumAlgorithm: algorithm.toUpperCase() as 'CRC32',
    ChecksumType: type,
  };
}
