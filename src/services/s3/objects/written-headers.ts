import type { PutObjectRequest } from '@aws-sdk/client-s3';
import type { ObjectHeaders } from '../../../objects/index.ts';
import { cannedGrants } from '../buckets/bucket-acl.ts';
import { checkTags } from '../buckets/tags.ts';
import { notImplemented, s3Error } from '../errors.ts';

/** Bytes of names and values together (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html). */
const MAX_METADATA_BYTES = 2048;

const MOST_TAGS = 10;

const STORAGE_CLASSES: ReadonlySet<string> = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
]);

type WriteInput = Pick<
  PutObjectRequest,
  | 'ACL'
  | 'CacheControl'
  | 'ContentDisposition'
  | 'ContentEncoding'
  | 'ContentLanguage'
  | 'ContentType'
  | 'Expires'
  | 'Metadata'
  | 'ServerSideEncryption'
  | 'StorageClass'
  | 'Tagging'
>;

/** What PutObject, CopyObject and CreateMultipartUpload keep with an object. @throws ServiceError */
export function writtenHeaders(input: WriteInput, account: string): ObjectHeaders {
  refuseUnsupported(input);
  const encoding = withoutFraming(input.ContentEncoding);
  const tags = input.Tagging === undefined ? [] : readTagHeader(input.Tagging);
  const { StorageClass: storageClass } = input;
  if (storageClass !== undefined && !STORAGE_CLASSES.has(storageClass)) {
    throw s3Error('InvalidStorageClass', 'The storage class you specified is not valid');
  }
  if (input.ACL !== undefined) cannedGrants(input.ACL, account);
  const metadata = checkMetadata(input.Metadata);
  return {
    contentType: input.ContentType ?? 'binary/octet-stream',
    ...(encoding && { contentEncoding: encoding }),
    ...(input.ContentDisposition !== undefined && { contentDisposition: input.ContentDisposition }),
    ...(input.ContentLanguage !== undefined && { contentLanguage: input.ContentLanguage }),
    ...(input.CacheControl !== undefined && { cacheControl: input.CacheControl }),
    ...(input.Expires !== undefined && { expires: new Date(input.Expires).toUTCString() }),
    ...(metadata && { metadata }),
    ...(tags.length > 0 && { tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])) }),
    ...(storageClass !== undefined && storageClass !== 'STANDARD' && { storageClass }),
    ...(input.ACL !== undefined && { acl: input.ACL }),
    ...(input.ServerSideEncryption !== undefined && { serverSideEncryption: input.ServerSideEncryption }),
  };
}

/** What would be dropped in silence otherwise: the writer believed it had an effect. */
function refuseUnsupported(input: WriteInput): void {
  const given = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
  if (given.has('SSECustomerAlgorithm') || given.has('SSECustomerKey')) {
    throw notImplemented('Encryption with customer-provided keys');
  }
  const encryption = input.ServerSideEncryption;
  if ((encryption !== undefined && encryption !== 'AES256') || given.has('SSEKMSKeyId')) {
    throw notImplemented('Encryption with keys of KMS');
  }
  if (given.has('WriteOffsetBytes')) throw notImplemented('Appending to objects');
  if (given.has('WebsiteRedirectLocation')) throw notImplemented('Website redirects');
  if ([...given.keys()].some((name) => name.startsWith('Grant'))) {
    throw notImplemented('Granting by x-amz-grant headers');
  }
}

/** `aws-chunked` describes the way of a body, not the object. */
function withoutFraming(encoding: string | undefined): string | undefined {
  return encoding
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked')
    .join(',');
}

function checkMetadata(
  metadata: Readonly<Record<string, string>> | undefined,
): Record<string, string> | undefined {
  if (!metadata) return undefined;
  const entries = Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value] as const);
  const size = entries.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (size > MAX_METADATA_BYTES) {
    throw s3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
      MaxSizeAllowed: String(MAX_METADATA_BYTES),
      Size: String(size),
    });
  }
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Tags of `x-amz-tagging`, written as a query. @throws ServiceError InvalidArgument, InvalidTag. */
function readTagHeader(text: string) {
  const tags = [...new URLSearchParams(text)].map(([Key, Value]) => ({ Key, Value }));
  return checkTags(tags, MOST_TAGS);
}
