import type {
  _Object,
  ListObjectsOutput,
  ListObjectsRequest,
  ListObjectsV2Output,
  ListObjectsV2Request,
  ListObjectVersionsOutput,
  ListObjectVersionsRequest,
} from '@aws-sdk/client-s3';
import type { Bucket, ObjectInfo } from '../../../objects/index.ts';
import { canonicalId } from '../buckets/owner.ts';
import { s3Error } from '../errors.ts';
import { type BuiltOperation, bucketOperation } from '../operation-kinds.ts';
import { conditions } from '../permissions.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { type EncodeKey, keyEncoder, pageSize } from './encode-key.ts';

/** The three listings of objects. Keys are handed over encoded when the caller asked for it. */
export function listOperations(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  return [
    ['ListObjects', listObjects(deps)],
    ['ListObjectsV2', listObjectsV2(deps)],
    ['ListObjectVersions', listObjectVersions(deps)],
  ];
}

/** The first version, which `aws cloudtrail validate-logs` uses: pages by key. */
function listObjects(deps: S3ServiceDependencies): BuiltOperation {
  return bucketOperation<ListObjectsRequest, ListObjectsOutput>(
    deps,
    's3:ListBucket',
    async (input, _call, bucket) => {
      const encode = keyEncoder(input.EncodingType);
      const max = pageSize(input.MaxKeys, 'max-keys');
      const page = await listPage(deps, bucket, input, max, input.Marker);
      return {
        Name: bucket.name,
        Prefix: encode(input.Prefix ?? ''),
        Marker: encode(input.Marker ?? ''),
        MaxKeys: max,
        IsTruncated: page.next !== undefined,
        ...page.shared(encode),
        // Without a delimiter the last key is the marker, and S3 leaves saying so to the client.
        ...(page.next !== undefined && input.Delimiter && { NextMarker: encode(page.next) }),
        ...contents(page.objects.map((object) => describeEntry(object, encode, bucket.account))),
      };
    },
    { data: true, context: listConditions },
  );
}

function listObjectsV2(deps: S3ServiceDependencies): BuiltOperation {
  return bucketOperation<ListObjectsV2Request, ListObjectsV2Output>(
    deps,
    's3:ListBucket',
    async (input, _call, bucket) => {
      const encode = keyEncoder(input.EncodingType);
      const max = pageSize(input.MaxKeys, 'max-keys');
      const token = input.ContinuationToken;
      const after = token === undefined ? input.StartAfter : readToken(token);
      const page = await listPage(deps, bucket, input, max, after);
      const owner = input.FetchOwner ? bucket.account : undefined;
      return {
        Name: bucket.name,
        Prefix: encode(input.Prefix ?? ''),
        ...(input.StartAfter !== undefined && { StartAfter: encode(input.StartAfter) }),
        ...(token !== undefined && { ContinuationToken: token }),
        ...(page.next !== undefined && { NextContinuationToken: makeToken(page.next) }),
        KeyCount: page.objects.length + page.commonPrefixes.length,
        MaxKeys: max,
        IsTruncated: page.next !== undefined,
        ...page.shared(encode),
        ...contents(page.objects.map((object) => describeEntry(object, encode, owner))),
      };
    },
    { data: true, eventName: 'ListObjects', context: listConditions },
  );
}

/** Buckets without versions: each object is its only version, `null`. `terraform destroy` empties buckets by it. */
function listObjectVersions(deps: S3ServiceDependencies): BuiltOperation {
  return bucketOperation<ListObjectVersionsRequest, ListObjectVersionsOutput>(
    deps,
    's3:ListBucketVersions',
    async (input, _call, bucket) => {
      const encode = keyEncoder(input.EncodingType);
      const max = pageSize(input.MaxKeys, 'max-keys');
      const page = await listPage(deps, bucket, input, max, input.KeyMarker);
      const Versions = page.objects.map((object) => ({
        ...describeEntry(object, encode, bucket.account),
        VersionId: 'null',
        IsLatest: true,
      })) as NonNullable<ListObjectVersionsOutput['Versions']>;
      return {
        Name: bucket.name,
        Prefix: encode(input.Prefix ?? ''),
        KeyMarker: encode(input.KeyMarker ?? ''),
        VersionIdMarker: input.VersionIdMarker ?? '',
        MaxKeys: max,
        IsTruncated: page.next !== undefined,
        ...page.shared(encode),
        ...(page.next !== undefined && { NextKeyMarker: encode(page.next), NextVersionIdMarker: 'null' }),
        ...(Versions.length > 0 && { Versions }),
      };
    },
    { data: true, context: listConditions },
  );
}

interface ListInput {
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly EncodingType?: string | undefined;
}

async function listPage(
  deps: S3ServiceDependencies,
  bucket: Bucket,
  input: ListInput,
  maxKeys: number,
  startAfter: string | undefined,
) {
  const page = await deps.objects.list({
    bucket: bucket.name,
    maxKeys,
    ...(input.Prefix && { prefix: input.Prefix }),
    ...(input.Delimiter && { delimiter: input.Delimiter }),
    ...(startAfter && { startAfter }),
  });
  return {
    ...page,
    /** Members that all three answers have. */
    shared: (encode: EncodeKey) => ({
      ...(input.Delimiter && { Delimiter: encode(input.Delimiter) }),
      ...(input.EncodingType !== undefined && { EncodingType: 'url' as const }),
      ...(page.commonPrefixes.length > 0 && {
        CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      }),
    }),
  };
}

function describeEntry(object: ObjectInfo, encode: EncodeKey, owner: string | undefined): _Object {
  const { checksums = {}, checksumType, storageClass } = object.headers;
  const algorithms = Object.keys(checksums).map((name) => name.toUpperCase());
  return {
    Key: encode(object.key),
    LastModified: new Date(object.lastModified),
    ETag: `"${object.etag}"`,
    ...(algorithms.length > 0 && {
      ChecksumAlgorithm: algorithms as NonNullable<_Object['ChecksumAlgorithm']>,
      ChecksumType: checksumType ?? 'FULL_OBJECT',
    }),
    Size: object.size,
    StorageClass: (storageClass ?? 'STANDARD') as NonNullable<_Object['StorageClass']>,
    ...(owner !== undefined && { Owner: { ID: canonicalId(owner) } }),
  };
}

function contents(entries: _Object[]): { Contents?: _Object[] } {
  return entries.length > 0 ? { Contents: entries } : {};
}

function listConditions(input: ListInput) {
  return conditions({
    's3:prefix': input.Prefix,
    's3:delimiter': input.Delimiter,
    's3:max-keys': input.MaxKeys,
  });
}

/** A token holds the last entry of the page: it survives restarts and whatever was written in between. */
function makeToken(next: string): string {
  return `1${Buffer.from(next).toString('base64url')}`;
}

function readToken(token: string): string {
  const key = Buffer.from(token.slice(1), 'base64url').toString();
  if (key !== '' && makeToken(key) === token) return key;
  throw s3Error('InvalidArgument', 'The continuation token provided is incorrect', {
    ArgumentName: 'continuation-token',
  });
}
