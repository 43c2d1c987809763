import type { CallContext } from '../../../aws/index.ts';
import {
  type BodyChecks,
  CHECKSUM_ALGORITHMS,
  CHECKSUM_BYTES,
  type ChecksumAlgorithm,
  type ObjectHeaders,
} from '../../../objects/index.ts';
import { notImplemented, s3Error } from '../errors.ts';

/** The members that carry checksums in inputs, outputs and parts. */
export const CHECKSUM_MEMBERS = {
  crc32: 'ChecksumCRC32',
  crc32c: 'ChecksumCRC32C',
  crc64nvme: 'ChecksumCRC64NVME',
  sha1: 'ChecksumSHA1',
  sha256: 'ChecksumSHA256',
} as const satisfies Record<ChecksumAlgorithm, string>;

/** Algorithms that S3's clients may name since 2026 and that we cannot compute. */
const UNKNOWN_MEMBERS = [
  'ChecksumSHA512',
  'ChecksumMD5',
  'ChecksumXXHASH64',
  'ChecksumXXHASH3',
  'ChecksumXXHASH128',
] as const;

type Member = (typeof CHECKSUM_MEMBERS)[ChecksumAlgorithm];
export type ChecksumMembers = { readonly [Name in Member]?: string | undefined };

/** Checksums that an input claims. @throws ServiceError InvalidRequest for a malformed one, NotImplemented. */
export function claimedChecksums(input: ChecksumMembers): Map<ChecksumAlgorithm, string> {
  for (const member of UNKNOWN_MEMBERS) {
    if ((input as Record<string, unknown>)[member] !== undefined) throw notImplemented(`${member}`);
  }
  const claimed = new Map<ChecksumAlgorithm, string>();
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = input[CHECKSUM_MEMBERS[algorithm]];
    if (value === undefined) continue;
    const [sum = ''] = value.split('-');
    if (Buffer.from(sum, 'base64').length !== CHECKSUM_BYTES[algorithm]) {
      throw s3Error('InvalidRequest', `Value for x-amz-checksum-${algorithm} header is invalid.`);
    }
    claimed.set(algorithm, value);
  }
  return claimed;
}

/** An algorithm by its name on the wire. @throws ServiceError InvalidRequest. */
export function readAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = name.toLowerCase();
  if ((CHECKSUM_ALGORITHMS as readonly string[]).includes(algorithm)) return algorithm as ChecksumAlgorithm;
  throw s3Error(
    'InvalidRequest',
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  );
}

/**
 * What a streamed body must satisfy. A checksum in the trailer is compared by the front door, which alone sees it;
 * its algorithm is summed here as well, to be kept. Who sends none gets CRC-64/NVME, as on AWS.
 */
export function bodyChecks(
  input: ChecksumMembers & {
    readonly ContentMD5?: string | undefined;
    readonly ChecksumAlgorithm?: string | undefined;
  },
  call: CallContext,
  fallback: ChecksumAlgorithm = 'crc64nvme',
): BodyChecks {
  const checksums = claimedChecksums(input);
  const compute = new Set<ChecksumAlgorithm>();
  const trailer = /x-amz-checksum-(\w+)/i.exec(call.headers['x-amz-trailer'] ?? '')?.[1];
  if (trailer !== undefined) compute.add(readAlgorithm(trailer));
  else if (checksums.size === 0)
    compute.add(input.ChecksumAlgorithm ? readAlgorithm(input.ChecksumAlgorithm) : fallback);
  const size = declaredSize(call);
  return {
    checksums,
    compute: [...compute],
    ...(input.ContentMD5 !== undefined && { md5: checkMd5(input.ContentMD5) }),
    ...(size !== undefined && { size }),
  };
}

/** Size of the payload proper: a chunked, signed body is longer on the wire. */
export function declaredSize(call: CallContext): number | undefined {
  const { headers } = call;
  const isFramed = (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
  const text = headers['x-amz-decoded-content-length'] ?? (isFramed ? undefined : headers['content-length']);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function checkMd5(value: string): string {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length === 16) return bytes.toString('base64');
  throw s3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.');
}

/** Checksums as members of an output. */
export function checksumMembers(
  headers: Pick<ObjectHeaders, 'checksums' | 'checksumType'>,
): { [Name in Member]?: string } & { ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE' } {
  const members = partChecksumMembers(headers.checksums ?? {});
  if (Object.keys(members).length === 0) return {};
  return { ...members, ChecksumType: headers.checksumType ?? 'FULL_OBJECT' };
}

/** The same without the type, which parts do not have. */
export function partChecksumMembers(checksums: Readonly<Record<string, string>>): {
  [Name in Member]?: string;
} {
  const present = CHECKSUM_ALGORITHMS.filter((algorithm) => checksums[algorithm] !== undefined);
  return Object.fromEntries(present.map((algorithm) => [CHECKSUM_MEMBERS[algorithm], checksums[algorithm]]));
}
