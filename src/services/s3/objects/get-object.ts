import type {
  GetObjectOutput,
  GetObjectRequest,
  HeadObjectOutput,
  HeadObjectRequest,
} from '@aws-sdk/client-s3';
import type { CallContext, Operation, Permission } from '../../../aws/index.ts';
import type { Bucket, ObjectInfo } from '../../../objects/index.ts';
import { s3Error } from '../errors.ts';
import { lockMembers } from '../object-lock/lock-members.ts';
import { type BuiltOperation, objectOperation } from '../operation-kinds.ts';
import { bucketPermission } from '../permissions.ts';
import { findPolicyTemplate, isPolicyTemplateBucket } from '../policy-templates.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { type ByteRange, partRange, readRange } from './byte-range.ts';
import { checksumMembers } from './checksum-members.ts';
import { encryptionMember } from './put-object.ts';
import { judgeRead } from './read-conditions.ts';

type Read = GetObjectRequest & { readonly Key: string };
type Answer = Omit<GetObjectOutput, 'Body'> & { readonly $status?: number };

/** GetObject, also of the policy templates, which belong to no bucket of ours. */
export function getObjectOperation(deps: S3ServiceDependencies): BuiltOperation {
  const ofBuckets = objectOperation<GetObjectRequest, GetObjectOutput>(
    deps,
    ['s3:GetObject'],
    async (input, call, bucket) => {
      const { objects } = deps;
      const described = await findObject(deps, input, call, bucket);
      if (judgeRead(input, described) === 'not modified') return notModified(described);
      const range = rangeOf(input, described);
      const held = await lockMembers(deps, call, bucket, input.Key, described.lock);
      // Between the two an object may be overwritten: the answer is made of what is read now.
      const { info, body } = await objects.get(bucket.name, input.Key, range);
      if (info.etag !== described.etag || info.size !== described.size) {
        body.destroy();
        throw s3Error(
          'PreconditionFailed',
          'The object was overwritten while the request was served; try again',
        );
      }
      return {
        ...describeObject(info, input, range),
        ...held,
        Body: body as NonNullable<GetObjectOutput['Body']>,
      };
    },
    { bytesOut: (output) => output.ContentLength },
  );
  return withTemplates(deps, ofBuckets, true);
}

/** HeadObject: GetObject without a body. */
export function headObjectOperation(deps: S3ServiceDependencies): BuiltOperation {
  const ofBuckets = objectOperation<HeadObjectRequest, HeadObjectOutput>(
    deps,
    ['s3:GetObject'],
    async (input, call, bucket) => {
      const object = await findObject(deps, input, call, bucket);
      if (judgeRead(input, object) === 'not modified') return notModified(object);
      const held = await lockMembers(deps, call, bucket, input.Key, object.lock);
      return { ...describeObject(object, input, rangeOf(input, object)), ...held };
    },
  );
  return withTemplates(deps, ofBuckets, false);
}

/**
 * The object, or the right kind of no: who may not list the bucket is not told that a key is missing
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions").
 */
export async function findObject(
  deps: S3ServiceDependencies,
  input: { readonly Key: string; readonly VersionId?: string | undefined },
  call: CallContext,
  bucket: Bucket,
): Promise<ObjectInfo> {
  checkVersion(input.VersionId);
  const object = await deps.objects.head(bucket.name, input.Key);
  if (object) return object;
  const { action, resource = '*', ...question } = bucketPermission(bucket, call.caller, 's3:ListBucket');
  const decision = await deps.authorizer.authorize({ caller: call.caller, action, resource, ...question });
  if (!decision.allowed) throw s3Error('AccessDenied', decision.message);
  throw s3Error('NoSuchKey', 'The specified key does not exist.', { Key: input.Key });
}

/** Buckets have no versions here; `null` names the only one. @throws ServiceError InvalidArgument. */
export function checkVersion(version: string | undefined): void {
  if (version === undefined || version === 'null') return;
  throw s3Error('InvalidArgument', 'Invalid version id specified', {
    ArgumentName: 'versionId',
    ArgumentValue: version,
  });
}

function rangeOf(input: Omit<Read, 'Bucket'>, object: ObjectInfo): ByteRange | undefined {
  if (input.PartNumber === undefined) return readRange(input.Range, object.size);
  if (input.Range === undefined) return partRange(object, input.PartNumber);
  throw s3Error('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter');
}

function describeObject(
  object: ObjectInfo,
  input: Omit<Read, 'Bucket'>,
  range: ByteRange | undefined,
): Answer {
  const { headers } = object;
  const tagCount = Object.keys(headers.tags ?? {}).length;
  const expires = input.ResponseExpires ?? headers.expires;
  return {
    AcceptRanges: 'bytes',
    ContentLength: range ? range.last - range.first + 1 : object.size,
    ...(range && { ContentRange: `bytes ${range.first}-${range.last}/${object.size}`, $status: 206 }),
    ...validators(object),
    ContentType: input.ResponseContentType ?? headers.contentType ?? 'binary/octet-stream',
    ...present('ContentEncoding', input.ResponseContentEncoding ?? headers.contentEncoding),
    ...present('ContentDisposition', input.ResponseContentDisposition ?? headers.contentDisposition),
    ...present('ContentLanguage', input.ResponseContentLanguage ?? headers.contentLanguage),
    ...present('CacheControl', input.ResponseCacheControl ?? headers.cacheControl),
    ...(expires !== undefined && { Expires: new Date(expires) }),
    Metadata: { ...headers.metadata },
    ...present('StorageClass', headers.storageClass as Answer['StorageClass']),
    ...(tagCount > 0 && { TagCount: tagCount }),
    ...(input.PartNumber !== undefined && object.parts && { PartsCount: object.parts.length }),
    ...encryptionMember(headers.serverSideEncryption),
    // The sums are of the whole: beside a part of it a client would take them for wrong.
    ...(input.ChecksumMode === 'ENABLED' && !range && checksumMembers(headers)),
  };
}

function notModified(object: ObjectInfo): Answer {
  return { ...validators(object), $status: 304 };
}

function validators(object: ObjectInfo): { LastModified: Date; ETag: string } {
  return { LastModified: new Date(object.lastModified), ETag: `"${object.etag}"` };
}

function present<Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { [N in Name]?: Value };
}

/** Serves the policy templates to whoever has signed, as AWS's own bucket does. */
function withTemplates(
  deps: S3ServiceDependencies,
  operation: BuiltOperation,
  withBody: boolean,
): BuiltOperation {
  type In = GetObjectRequest;
  const { handler, permissions } = operation as unknown as Required<Operation> & {
    handler: (input: In, call: CallContext) => Promise<unknown>;
    permissions: (input: In, call: CallContext) => Permission[];
  };
  const isTemplate = ({ Bucket: bucket = '' }: In) =>
    isPolicyTemplateBucket(bucket) && !deps.objects.findBucket(bucket);
  return {
    ...operation,
    permissions: (input: In, call: CallContext) => (isTemplate(input) ? [] : permissions(input, call)),
    handler: async (input: In, call: CallContext) => {
      if (!isTemplate(input)) return handler(input, call);
      const text = findPolicyTemplate(input.Key ?? '');
      if (!text) throw s3Error('NoSuchKey', 'The specified key does not exist.', { Key: input.Key ?? '' });
      return {
        ...(withBody && { Body: text }),
        ContentLength: text.length,
        ContentType: 'application/json',
        LastModified: new Date(Date.UTC(2014, 11, 17)),
      };
    },
  };
}
