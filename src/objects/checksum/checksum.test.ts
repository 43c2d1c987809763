import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  combineChecksums,
  composeChecksums,
  isCombinable,
  startChecksum,
} from './checksum.ts';

function sum(algorithm: ChecksumAlgorithm, ...chunks: Uint8Array[]): string {
  const running = startChecksum(algorithm);
  for (const chunk of chunks) running.update(chunk);
  return running.digest();
}

describe('checksums', () => {
  // The check values of the CRC catalogue for "123456789", and of FIPS 180-4's algorithms.
  test.each([
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
    ['sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ] as const)('%s of the nine digits is %s', (algorithm, hex) => {
    expect(Buffer.from(sum(algorithm, Buffer.from('123456789')), 'base64').toString('hex')).toBe(hex);
  });

  test.each(CHECKSUM_ALGORITHMS)('%s does not depend on how the bytes are cut', (algorithm) => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 }), (chunks) => {
        expect(sum(algorithm, ...chunks)).toBe(sum(algorithm, Buffer.concat(chunks)));
      }),
    );
  });

  test.each(CHECKSUM_ALGORITHMS.filter(isCombinable))('%s of a whole follows from its parts', (algorithm) => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 }), (parts) => {
        const sums = parts.map((part) => ({ checksum: sum(algorithm, part), size: part.length }));
        expect(combineChecksums(algorithm, sums)).toBe(sum(algorithm, Buffer.concat(parts)));
      }),
    );
  });

  test('a composite checksum names its number of parts', () => {
    const parts = [sum('sha256', Buffer.from('a')), sum('sha256', Buffer.from('b'))];
    const raw = Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')));
    expect(composeChecksums('sha256', parts)).toBe(`${sum('sha256', raw)}-2`);
  });
});
