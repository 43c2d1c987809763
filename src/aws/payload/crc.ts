import { crc32 } from 'node:zlib';

/** A checksum that is fed piece by piece. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  /** Big-endian bytes, as S3 encodes them in base64. Called once. */
  digest(): Buffer;
}

/** CRC-32 (ISO 3309), from zlib. */
export function runningCrc32(): RunningChecksum {
  let crc = 0;
  return {
    update: (bytes) => {
      crc = crc32(bytes, crc);
    },
    digest: () => bigEndian(crc),
  };
}

/** CRC-32C (Castagnoli, RFC 3720 appendix B.4). */
export function runningCrc32c(): RunningChecksum {
  let crc = 0xffffffff;
  return {
    update: (bytes) => {
      for (let index = 0; index < bytes.length; index += 1) {
        crc = castagnoli[(crc ^ bytes[index]!) & 0xff]! ^ (crc >>> 8);
      }
    },
    digest: () => bigEndian(~crc >>> 0),
  };
}

/**
 * CRC-64/NVME (NVM Express specification, 64-bit CRC), in two 32-bit halves: BigInt arithmetic would be a hundred
 * times slower.
 */
export function runningCrc64Nvme(): RunningChecksum {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (bytes) => {
      for (let index = 0; index < bytes.length; index += 1) {
        const entry = (low ^ bytes[index]!) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ nvmeLow[entry]!;
        high = (high >>> 8) ^ nvmeHigh[entry]!;
      }
    },
    digest: () => Buffer.concat([bigEndian(~high >>> 0), bigEndian(~low >>> 0)]),
  };
}

const castagnoli = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

const nvme = Array.from({ length: 256 }, (_, byte) => {
  let crc = BigInt(byte);
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ 0x9a6c9329ac4bc9b5n : crc >> 1n;
  return crc;
});
const nvmeHigh = Int32Array.from(nvme, (crc) => Number(crc >> 32n) | 0);
const nvmeLow = Int32Array.from(nvme, (crc) => Number(crc & 0xffffffffn) | 0);

function bigEndian(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
