import { createHash } from 'node:crypto';
import { type RunningChecksum, runningCrc32, runningCrc32c, runningCrc64Nvme } from './crc.ts';

/**
 * The checksums that a client may send with a body, by header name, with the SDK's member for it
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html).
 */
const algorithms: ReadonlyMap<string, { readonly member: string; readonly start: () => RunningChecksum }> =
  new Map([
    ['x-amz-checksum-crc32', { member: 'ChecksumCRC32', start: runningCrc32 }],
    ['x-amz-checksum-crc32c', { member: 'ChecksumCRC32C', start: runningCrc32c }],
    ['x-amz-checksum-crc64nvme', { member: 'ChecksumCRC64NVME', start: runningCrc64Nvme }],
    ['x-amz-checksum-sha1', { member: 'ChecksumSHA1', start: () => runningHash('sha1') }],
    ['x-amz-checksum-sha256', { member: 'ChecksumSHA256', start: () => runningHash('sha256') }],
    ['x-amz-checksum-sha512', { member: 'ChecksumSHA512', start: () => runningHash('sha512') }],
    ['x-amz-checksum-md5', { member: 'ChecksumMD5', start: () => runningHash('md5') }],
  ]);

/** Header names that begin so and carry no checksum of the body. */
const notChecksums = new Set(['x-amz-checksum-algorithm', 'x-amz-checksum-mode', 'x-amz-checksum-type']);

/** A checksum that runs along with a body: started when the headers are read, compared at the body's end. */
export interface BodyChecksum {
  readonly header: string;
  /** The SDK's member, `ChecksumCRC32`. */
  readonly member: string;
  readonly running: RunningChecksum;
}

/** Starts the checksum that a header or trailer of this name announces; `undefined` if we do not build it. */
export function startChecksum(headerName: string): BodyChecksum | undefined {
  const algorithm = algorithms.get(headerName);
  return algorithm && { header: headerName, member: algorithm.member, running: algorithm.start() };
}

/** True for names that announce a checksum of the body, of a kind that we know or not. */
export function announcesChecksum(headerName: string): boolean {
  return headerName.startsWith('x-amz-checksum-') && !notChecksums.has(headerName);
}

/** A hash of node's crypto as a running checksum. */
export function runningHash(name: 'md5' | 'sha1' | 'sha256' | 'sha512'): RunningChecksum {
  const hash = createHash(name);
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    digest: () => hash.digest(),
  };
}
