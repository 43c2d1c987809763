import type {
  AbortMultipartUploadRequest,
  CompleteMultipartUploadOutput,
  CompleteMultipartUploadRequest,
  CreateMultipartUploadOutput,
  CreateMultipartUploadRequest,
  UploadPartCopyOutput,
  UploadPartCopyRequest,
  UploadPartOutput,
  UploadPartRequest,
} from '@aws-sdk/client-s3';
import {
  type ChecksumAlgorithm,
  isCombinable,
  type Upload,
  type UploadAddress,
} from '../../../objects/index.ts';
import { s3Error } from '../errors.ts';
import { originOf } from '../notifications/origin.ts';
import { askedLock } from '../object-lock/lock-members.ts';
import { readRange } from '../objects/byte-range.ts';
import {
  bodyChecks,
  CHECKSUM_MEMBERS,
  checksumMembers,
  claimedChecksums,
  partChecksumMembers,
  readAlgorithm,
} from '../objects/checksum-members.ts';
import { openSource, sourcePermissions } from '../objects/copy-object.ts';
import {
  bodyOf,
  checkSize,
  encryptionMember,
  writeActions,
  writeCondition,
  writeConditions,
} from '../objects/put-object.ts';
import { writtenHeaders } from '../objects/written-headers.ts';
import { type BuiltOperation, objectOperation } from '../operation-kinds.ts';
import type { S3ServiceDependencies } from '../rooms.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MOST_PARTS = 10_000;

/** Uploads in parts, from beginning to end. */
export function uploadOperations(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  return [
    ['CreateMultipartUpload', createUpload(deps)],
    ['UploadPart', uploadPart(deps)],
    ['UploadPartCopy', uploadPartCopy(deps)],
    ['CompleteMultipartUpload', completeUpload(deps)],
    [
      'AbortMultipartUpload',
      objectOperation<AbortMultipartUploadRequest, object>(
        deps,
        ['s3:AbortMultipartUpload'],
        async (input, _call, bucket) => {
          await deps.objects.abortUpload(addressOf(input, bucket.name));
          return {};
        },
      ),
    ],
  ];
}

function createUpload(deps: S3ServiceDependencies): BuiltOperation {
  return objectOperation<CreateMultipartUploadRequest, CreateMultipartUploadOutput>(
    deps,
    writeActions,
    async (input, call, bucket) => {
      const headers = writtenHeaders(input, bucket.account);
      const lock = askedLock(input, bucket, deps.now());
      const checksum = chooseChecksum(input.ChecksumAlgorithm, input.ChecksumType);
      const upload = await deps.objects.createUpload({
        bucket: bucket.name,
        key: input.Key,
        headers,
        checksum,
        initiator: call.caller.arn,
        ...(lock && { lock }),
      });
      return {
        Bucket: bucket.name,
        Key: input.Key,
        UploadId: upload.uploadId,
        ...encryptionMember(headers.serverSideEncryption),
        ...(input.ChecksumAlgorithm !== undefined && {
          ChecksumAlgorithm: input.ChecksumAlgorithm,
          ChecksumType: checksum.type,
        }),
      };
    },
    { context: writeConditions },
  );
}

/** Hashes of parts cannot be put together to a hash of the whole; CRCs can. @throws ServiceError InvalidRequest. */
function chooseChecksum(name: string | undefined, type: string | undefined): Upload['checksum'] {
  const algorithm = name === undefined ? 'crc64nvme' : readAlgorithm(name);
  const chosen = type ?? (algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE');
  const isPossible = chosen === 'COMPOSITE' ? algorithm !== 'crc64nvme' : isCombinable(algorithm);
  if (isPossible && (chosen === 'COMPOSITE' || chosen === 'FULL_OBJECT')) return { algorithm, type: chosen };
  throw s3Error(
    'InvalidRequest',
    `The ${chosen} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  );
}

function uploadPart(deps: S3ServiceDependencies): BuiltOperation {
  return objectOperation<UploadPartRequest, UploadPartOutput>(
    deps,
    ['s3:PutObject'],
    async (input, call, bucket) => {
      const address = addressOf(input, bucket.name);
      const number = checkPartNumber(input.PartNumber);
      const { checksum } = deps.objects.findUpload(address);
      const checks = bodyChecks(input, call, checksum.algorithm);
      checkSize(checks.size);
      const compute = new Set<ChecksumAlgorithm>([...(checks.compute ?? []), checksum.algorithm]);
      const part = await deps.objects.writePart(address, number, bodyOf(input.Body), {
        ...checks,
        compute: [...compute],
      });
      return { ETag: `"${part.etag}"`, ...partChecksumMembers(part.checksums) };
    },
  );
}

function uploadPartCopy(deps: S3ServiceDependencies): BuiltOperation {
  return objectOperation<UploadPartCopyRequest, UploadPartCopyOutput>(
    deps,
    ['s3:PutObject'],
    async (input, call, bucket) => {
      const address = addressOf(input, bucket.name);
      const number = checkPartNumber(input.PartNumber);
      const { checksum } = deps.objects.findUpload(address);
      const source = await openSource(deps, input, call);
      const range = copyRange(input.CopySourceRange, source.object.size);
      checkSize(range ? range.last - range.first + 1 : source.object.size);
      const { body } = await deps.objects.get(source.bucket.name, source.object.key, range);
      const part = await deps.objects.writePart(address, number, body, { compute: [checksum.algorithm] });
      return {
        CopyPartResult: {
          ETag: `"${part.etag}"`,
          LastModified: new Date(part.lastModified),
          ...partChecksumMembers(part.checksums),
        },
      };
    },
    { also: (input, call) => sourcePermissions(deps, input.CopySource, call) },
  );
}

/** Unlike a GET's, this range must be one, and inside the source. @throws ServiceError InvalidArgument. */
function copyRange(header: string | undefined, size: number) {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header);
  if (match && Number(match[1]) <= Number(match[2]) && Number(match[2]) < size)
    return readRange(header, size);
  throw s3Error('InvalidArgument', `Range specified is not valid for source object of size: ${size}`, {
    ArgumentName: 'x-amz-copy-source-range',
    ArgumentValue: header,
  });
}

function completeUpload(deps: S3ServiceDependencies): BuiltOperation {
  return objectOperation<CompleteMultipartUploadRequest, CompleteMultipartUploadOutput>(
    deps,
    ['s3:PutObject'],
    async (input, call, bucket) => {
      const parts = input.MultipartUpload?.Parts ?? [];
      if (parts.length === 0 || parts.length > MOST_PARTS) {
        throw s3Error(
          'MalformedXML',
          'The XML you provided was not well-formed or did not validate against our published schema',
        );
      }
      const named = parts.map((part) => ({
        number: checkPartNumber(part.PartNumber),
        ...(part.ETag !== undefined && { etag: part.ETag.replaceAll('"', '') }),
        checksums: Object.fromEntries(
          Object.entries(CHECKSUM_MEMBERS)
            .map(([algorithm, member]) => [algorithm, part[member]] as const)
            .filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
        ),
      }));
      const condition = writeCondition(input);
      const object = await deps.objects.completeUpload(addressOf(input, bucket.name), named, {
        checksums: claimedChecksums(input),
        ...(condition && { condition }),
        ...(input.MpuObjectSize !== undefined && { size: Number(input.MpuObjectSize) }),
        origin: originOf(call),
      });
      return {
        Location: `http${call.tls ? 's' : ''}://${call.host}/${bucket.name}/${encodeURIComponent(input.Key)}`,
        Bucket: bucket.name,
        Key: input.Key,
        ETag: `"${object.etag}"`,
        ...checksumMembers(object.headers),
        ...encryptionMember(object.headers.serverSideEncryption),
      };
    },
  );
}

/** @throws ServiceError InvalidArgument. */
function checkPartNumber(number: number | undefined): number {
  if (number !== undefined && Number.isInteger(number) && number >= 1 && number <= MOST_PARTS) return number;
  throw s3Error('InvalidArgument', `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`, {
    ArgumentName: 'partNumber',
    ArgumentValue: String(number),
  });
}

export function addressOf(
  input: { readonly Key: string; readonly UploadId?: string | undefined },
  bucket: string,
): UploadAddress {
  return { bucket, key: input.Key, uploadId: input.UploadId ?? '' };
}
