import type { GetObjectAttributesOutput, GetObjectAttributesRequest, StorageClass } from '@aws-sdk/client-s3';
import { s3Error } from '../errors.ts';
import { type BuiltOperation, objectOperation } from '../operation-kinds.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { checksumMembers, partChecksumMembers } from './checksum-members.ts';
import { findObject } from './get-object.ts';

const MOST_PARTS = 1000;

/** GetObjectAttributes: what HEAD tells, and the parts, by choice. */
export function objectAttributesOperation(deps: S3ServiceDependencies): BuiltOperation {
  return objectOperation<GetObjectAttributesRequest, GetObjectAttributesOutput>(
    deps,
    ['s3:GetObject', 's3:GetObjectAttributes'],
    async (input, call, bucket) => {
      const object = await findObject(deps, input, call, bucket);
      const wanted = new Set<string>(input.ObjectAttributes ?? []);
      if (wanted.size === 0) {
        throw s3Error('InvalidArgument', 'Invalid attribute name specified.', {
          ArgumentName: 'x-amz-object-attributes',
        });
      }
      const checksums = checksumMembers(object.headers);
      return {
        LastModified: new Date(object.lastModified),
        ...(wanted.has('ETag') && { ETag: object.etag }),
        ...(wanted.has('Checksum') && Object.keys(checksums).length > 0 && { Checksum: checksums }),
        ...(wanted.has('ObjectParts') && object.parts && { ObjectParts: pageOfParts(object.parts, input) }),
        ...(wanted.has('StorageClass') && {
          StorageClass: (object.headers.storageClass ?? 'STANDARD') as StorageClass,
        }),
        ...(wanted.has('ObjectSize') && { ObjectSize: object.size }),
      };
    },
  );
}

function pageOfParts(
  parts: readonly { number: number; size: number; checksums: Readonly<Record<string, string>> }[],
  input: GetObjectAttributesRequest,
): GetObjectAttributesOutput['ObjectParts'] {
  const marker = Number(input.PartNumberMarker ?? 0);
  const max = Math.min(input.MaxParts ?? MOST_PARTS, MOST_PARTS);
  const rest = parts.filter((_, at) => at + 1 > marker);
  const page = rest.slice(0, max);
  return {
    TotalPartsCount: parts.length,
    PartNumberMarker: String(marker),
    MaxParts: max,
    IsTruncated: rest.length > page.length,
    ...(page.length > 0 && { NextPartNumberMarker: String(marker + page.length) }),
    Parts: page.map((part, at) => ({
      // The parts of an object count from one, whatever numbers they were uploaded with.
      PartNumber: marker + at + 1,
      Size: part.size,
      ...partChecksumMembers(part.checksums),
    })),
  };
}
