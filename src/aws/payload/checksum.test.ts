import { describe, expect, it } from 'vitest';
import { startChecksum } from './checksum.ts';

/** Check values of the CRC catalogue for "123456789"; hashes as printed by sha1sum and others. */
describe('checksums of "123456789"', () => {
  it.each([
    ['x-amz-checksum-crc32', 'cbf43926'],
    ['x-amz-checksum-crc32c', 'e3069283'],
    ['x-amz-checksum-crc64nvme', 'ae8b14860a799888'],
    ['x-amz-checksum-sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['x-amz-checksum-sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
    ['x-amz-checksum-md5', '25f9e794323b453885f5181f1b624d0b'],
  ])('%s, fed in two pieces', (name, expected) => {
    const checksum = startChecksum(name)!;
    checksum.running.update(Buffer.from('1234'));
    checksum.running.update(Buffer.from('56789'));
    expect(checksum.running.digest().toString('hex')).toBe(expected);
  });

  it('that we do not build are not started', () => {
    expect(startChecksum('x-amz-checksum-xxhash3')).toBeUndefined();
  });
});
