import { createHash } from 'node:crypto';
import {
  type ChecksumAlgorithm,
  combineChecksums,
  composeChecksums,
  isCombinable,
} from '../checksum/checksum.ts';
import type { CompletedPart, EmbeddedObjects, Upload } from '../embedded-objects.ts';
import { judgeRemoval, lockOfNewObject } from '../object-lock.ts';
import { ObjectStoreError } from '../object-store.ts';
import type { DataFiles } from './data-files.ts';
import { noSuchBucket, noSuchUpload } from './errors.ts';
import { objectKey } from './index-keys.ts';
import { describeObject, type ObjectIndex, type StoredObject, type StoredPart } from './object-index.ts';
import { dropUpload, findUpload, partsOf, uploadKey } from './uploads.ts';
import { judgeCondition } from './write-condition.ts';

/** Every part but the last (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html). */
const MIN_PART_BYTES = 5 * 1024 * 1024;

/**
 * Makes the object of its parts without copying a byte: the parts' files become the object's segments in one
 * transaction, those that were not named go.
 */
export function createCompleteUpload(
  index: ObjectIndex,
  files: DataFiles,
  now: () => number,
): EmbeddedObjects['completeUpload'] {
  return async (address, named, options = {}) => {
    const upload = findUpload(index, address);
    const parts = chooseParts(partsOf(index, address.uploadId), named);
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    if (options.size !== undefined && options.size !== size) {
      throw new ObjectStoreError(
        'InvalidRequest',
        `The provided 'x-amz-mp-object-size' header value ${options.size} does not match what was computed: ${size}`,
      );
    }
    const checksums = wholeChecksums(upload, parts);
    for (const [algorithm, expected] of options.checksums ?? []) {
      if (checksums[algorithm] === undefined || checksums[algorithm] === expected) continue;
      const name = algorithm.toUpperCase();
      throw new ObjectStoreError(
        'BadDigest',
        `The ${name} you specified did not match the calculated checksum.`,
      );
    }
    const plain: StoredObject = {
      size,
      etag: `${md5OfMd5s(parts)}-${parts.length}`,
      lastModified: now(),
      headers: {
        ...upload.headers,
        checksums,
        ...(upload.checksum.type === 'COMPOSITE' && { checksumType: 'COMPOSITE' as const }),
      },
      segments: parts.flatMap((part) => part.segments),
      parts: parts.map(({ segments: _, ...part }) => part),
    };
    const kept = new Set(plain.segments.map((segment) => segment.id));

    const outcome = await index.transaction(() => {
      const owner = index.buckets.get(address.bucket);
      if (!owner) return noSuchBucket();
      // Another completion, an abort or a newer part may have come first: the parts must still be these.
      if (!index.uploads.get(uploadKey(address))) return noSuchUpload();
      if (!parts.every(({ segments }) => segments.every(index.hasSegment))) return invalidPart();
      const current = index.find(address.bucket, address.key);
      const refusal = judgeCondition(current, options.condition) ?? judgeRemoval(current?.lock, now());
      if (refusal) return refusal;
      const lock = lockOfNewObject(owner.config.objectLock, upload.lock, plain.lastModified);
      if (lock instanceof ObjectStoreError) return lock;
      const stored = lock ? { ...plain, lock } : plain;
      const unnamed = dropUpload(index, address, kept);
      if (current) index.dropSegments(current.segments);
      void index.objects.put(objectKey(address.bucket, address.key), stored);
      index.notices.owe(owner, {
        happening: 'ObjectCreated:CompleteMultipartUpload',
        key: address.key,
        at: stored.lastModified,
        size,
        etag: stored.etag,
        ...(options.origin && { origin: options.origin }),
      });
      return { stored, dropped: [...unnamed, ...(current?.segments ?? [])] };
    });
    if (outcome instanceof ObjectStoreError) throw outcome;
    for (const segment of outcome.dropped) if (!segment.inline) await files.remove(segment.id);
    return describeObject(address.key, outcome.stored);
  };
}

/** The named parts in their order. @throws InvalidPartOrder, InvalidPart, EntityTooSmall. */
function chooseParts(uploaded: readonly StoredPart[], named: readonly CompletedPart[]): StoredPart[] {
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  let before = 0;
  const chosen = named.map((name) => {
    if (name.number <= before) {
      throw new ObjectStoreError(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
      );
    }
    before = name.number;
    const part = byNumber.get(name.number);
    if (!part || (name.etag !== undefined && name.etag !== part.etag)) throw invalidPart();
    for (const [algorithm, value] of Object.entries(name.checksums ?? {})) {
      if (part.checksums[algorithm] !== undefined && part.checksums[algorithm] !== value) throw invalidPart();
    }
    return part;
  });
  if (chosen.slice(0, -1).some((part) => part.size < MIN_PART_BYTES)) {
    throw new ObjectStoreError(
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed size',
    );
  }
  return chosen;
}

function wholeChecksums(upload: Upload, parts: readonly StoredPart[]): Record<string, string> {
  const { algorithm, type } = upload.checksum;
  const sums = parts.map((part) => part.checksums[algorithm]);
  if (!sums.every((sum) => sum !== undefined)) return {};
  if (type === 'COMPOSITE') return { [algorithm]: composeChecksums(algorithm as ChecksumAlgorithm, sums) };
  if (!isCombinable(algorithm)) return {};
  const measured = parts.map((part, at) => ({ checksum: sums[at]!, size: part.size }));
  return { [algorithm]: combineChecksums(algorithm, measured) };
}

function md5OfMd5s(parts: readonly StoredPart[]): string {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(Buffer.from(part.etag, 'hex'));
  return md5.digest('hex');
}

function invalidPart(): ObjectStoreError {
  return new ObjectStoreError(
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  );
}
