import { randomBytes } from 'node:crypto';
import type { EmbeddedObjects, Upload, UploadAddress } from '../embedded-objects.ts';
import type { ObjectPart } from '../object-store.ts';
import type { DataFiles } from './data-files.ts';
import { noSuchBucket, noSuchUpload } from './errors.ts';
import type { ObjectIndex, Segment, StoredPart } from './object-index.ts';
import { receiveBody } from './receive-body.ts';

type UploadDoor = Pick<
  EmbeddedObjects,
  'createUpload' | 'findUpload' | 'writePart' | 'listParts' | 'listUploads' | 'abortUpload'
>;

/** Multipart uploads until they are completed or aborted; their parts are complete, durable files already. */
export function createUploads(index: ObjectIndex, files: DataFiles, now: () => number): UploadDoor {
  return {
    async createUpload(request) {
      const initiatedAt = now();
      // Time first: uploads of one key are listed in the order in which they began.
      const uploadId = initiatedAt.toString(16).padStart(12, '0') + randomBytes(18).toString('hex');
      const upload: Upload = { ...request, uploadId, initiatedAt };
      const created = await index.transaction(() => {
        if (!index.buckets.get(upload.bucket)) return false;
        void index.uploads.put(uploadKey(upload), upload);
        return true;
      });
      if (!created) throw noSuchBucket();
      return upload;
    },

    findUpload: (address) => findUpload(index, address),

    async writePart(address, number, body, checks) {
      findUpload(index, address);
      const received = await receiveBody(files, body, checks);
      const part: StoredPart = {
        number,
        size: received.size,
        etag: received.md5,
        lastModified: now(),
        checksums: received.checksums,
        segments: received.segments,
      };
      const outcome = await index.transaction(() => {
        if (!index.uploads.get(uploadKey(address))) return undefined;
        const before = index.parts.get(partKey(address.uploadId, number));
        if (before) index.dropSegments(before.segments);
        index.addSegments(part.segments, received.inline);
        void index.parts.put(partKey(address.uploadId, number), part);
        return { replaced: before?.segments ?? [] };
      });
      if (!outcome) {
        await received.discard();
        throw noSuchUpload();
      }
      received.keep();
      for (const segment of outcome.replaced) if (!segment.inline) await files.remove(segment.id);
      return describePart(part);
    },

    listParts(address) {
      findUpload(index, address);
      return partsOf(index, address.uploadId).map(describePart);
    },

    listUploads(bucket) {
      const found = [...index.uploads.getRange({ start: `${bucket}/`, end: `${bucket}0` })];
      return found
        .map(({ value }) => value)
        .sort(
          (a, b) =>
            Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || (a.uploadId < b.uploadId ? -1 : 1),
        );
    },

    async abortUpload(address) {
      const dropped = await index.transaction(() => {
        if (index.uploads.get(uploadKey(address))?.key !== address.key) return undefined;
        return dropUpload(index, address);
      });
      if (!dropped) throw noSuchUpload();
      for (const segment of dropped) if (!segment.inline) await files.remove(segment.id);
    },
  };
}

/** Keys of the uploads' table: `<bucket>/<upload id>`, bucket names hold no slash. */
export function uploadKey(address: Pick<UploadAddress, 'bucket' | 'uploadId'>): string {
  return `${address.bucket}/${address.uploadId}`;
}

/** @throws ObjectStoreError NoSuchUpload, also when the upload is of another key. */
export function findUpload(index: ObjectIndex, address: UploadAddress): Upload {
  // An upload id comes from the caller; the index takes no endless keys.
  const upload = /^[0-9a-f]{48}$/.test(address.uploadId) ? index.uploads.get(uploadKey(address)) : undefined;
  if (upload?.key !== address.key) throw noSuchUpload();
  return upload;
}

/** The uploaded parts in order of their numbers. */
export function partsOf(index: ObjectIndex, uploadId: string): StoredPart[] {
  return [...index.parts.getRange({ start: `${uploadId}/`, end: `${uploadId}0` })].map(({ value }) => value);
}

/** Inside a transaction: forgets an upload with its parts and answers the segments whose files may go. */
export function dropUpload(
  index: ObjectIndex,
  address: Pick<UploadAddress, 'bucket' | 'uploadId'>,
  kept: ReadonlySet<string> = new Set(),
): Segment[] {
  const dropped: Segment[] = [];
  for (const part of partsOf(index, address.uploadId)) {
    dropped.push(...part.segments.filter((segment) => !kept.has(segment.id)));
    void index.parts.remove(partKey(address.uploadId, part.number));
  }
  index.dropSegments(dropped);
  void index.uploads.remove(uploadKey(address));
  return dropped;
}

function partKey(uploadId: string, number: number): string {
  return `${uploadId}/${String(number).padStart(5, '0')}`;
}

function describePart({ segments: _, ...part }: StoredPart): ObjectPart {
  return part;
}
