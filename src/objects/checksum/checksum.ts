import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { combineCrc } from './combine.ts';
import { crc32c } from './crc32c.ts';
import { CRC64_START, crc64nvme } from './crc64nvme.ts';

/**
 * The checksums that S3 knows and we can compute
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html); values are base64 of the
 * big-endian bytes.
 */
export const CHECKSUM_ALGORITHMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** Bytes of a checksum, to tell a malformed one from a wrong one. */
export const CHECKSUM_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  sha1: 20,
  sha256: 32,
};

/** A checksum under way. */
export interface RunningChecksum {
  update(data: Uint8Array): void;
  /** Base64. Call once. */
  digest(): string;
}

/** Starts a checksum of `algorithm`. */
export function startChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case 'sha1':
    case 'sha256': {
      const hash = createHash(algorithm);
      return { update: (data) => void hash.update(data), digest: () => hash.digest('base64') };
    }
    case 'crc64nvme': {
      let crc = CRC64_START;
      return {
        update: (data) => {
          crc = crc64nvme(data, crc);
        },
        digest: () => toBase64((BigInt(crc.high) << 32n) | BigInt(crc.low), 8),
      };
    }
    case 'crc32':
    case 'crc32c': {
      const continueCrc = algorithm === 'crc32' ? crc32 : crc32c;
      let crc = 0;
      return {
        update: (data) => {
          crc = continueCrc(data, crc);
        },
        digest: () => toBase64(BigInt(crc), 4),
      };
    }
  }
}

const POLYNOMIALS = { crc32: 0xedb88320n, crc32c: 0x82f63b78n, crc64nvme: 0x9a6c9329ac4bc9b5n } as const;

/** True if the checksum of a whole follows from its parts (CRCs); hashes only have a checksum of checksums. */
export function isCombinable(algorithm: ChecksumAlgorithm): algorithm is keyof typeof POLYNOMIALS {
  return algorithm in POLYNOMIALS;
}

/** The checksum of the whole object from its parts' (type FULL_OBJECT). */
export function combineChecksums(
  algorithm: keyof typeof POLYNOMIALS,
  parts: readonly { readonly checksum: string; readonly size: number }[],
): string {
  const bytes = CHECKSUM_BYTES[algorithm];
  const width = bytes === 4 ? 32 : 64;
  const whole = parts.reduce(
    (sum, part) => combineCrc(sum, fromBase64(part.checksum), part.size, width, POLYNOMIALS[algorithm]),
    0n,
  );
  return toBase64(whole, bytes);
}

/** The checksum of the parts' checksums, with the number of parts behind it (type COMPOSITE). */
export function composeChecksums(algorithm: ChecksumAlgorithm, parts: readonly string[]): string {
  const sum = startChecksum(algorithm);
  for (const part of parts) sum.update(Buffer.from(part, 'base64'));
  return `${sum.digest()}-${parts.length}`;
}

function toBase64(value: bigint, bytes: number): string {
  return Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex').toString('base64');
}

function fromBase64(text: string): bigint {
  return BigInt(`0x${Buffer.from(text, 'base64').toString('hex') || '0'}`);
}
