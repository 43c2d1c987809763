import { type KeyObject, verify } from 'node:crypto';
import { type FetchedDigest, textOf, wordsOf } from './digest.ts';
import { DigestProblem } from './digest-problem.ts';
import { loadPublicKey, type PublicKey, PublicKeyError } from './public-key.ts';

/** A digest that its key vouches for. */
export interface TrueDigest extends FetchedDigest {
  /** The window of deliveries that it covers, in milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly fingerprint: string;
  readonly previous?: {
    readonly bucket: string;
    readonly key: string;
    readonly sha256?: string;
    readonly signature?: string;
  };
}

const REQUIRED = [
  'digestPublicKeyFingerprint',
  'digestS3Bucket',
  'digestS3Object',
  'previousDigestSignature',
  'digestEndTime',
  'digestStartTime',
];

/**
 * Asks, in AWS's order: is everything there, does it lie where it says, is its key known, did that key sign it?
 *
 * @param findKey The key of a fingerprint, or undefined.
 * @throws DigestProblem
 */
export async function checkDigest(
  digest: FetchedDigest,
  homeRegion: string,
  findKey: (fingerprint: string, digest: FetchedDigest) => Promise<PublicKey | undefined>,
): Promise<TrueDigest> {
  if (!REQUIRED.every((name) => digest.members.has(name))) throw new DigestProblem('format');
  if (
    digest.members.get('digestS3Bucket') !== digest.bucket ||
    digest.members.get('digestS3Object') !== digest.key
  ) {
    throw new DigestProblem('moved');
  }
  const fingerprint = fingerprintIn(digest);
  const key = await findKey(fingerprint, digest);
  if (key === undefined) {
    const words = `public key not found in region ${homeRegion} for fingerprint ${fingerprint}`;
    throw new DigestProblem('key-unknown', words);
  }
  checkSignature(digest, fingerprint, key);
  const previous = previousOf(digest);
  return {
    ...digest,
    end: timeIn(digest, 'digestEndTime'),
    start: timeIn(digest, 'digestStartTime'),
    fingerprint,
    ...(previous && { previous }),
  };
}

/**
 * What is signed:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
 */
export function stringToSign(digest: {
  readonly endTime: string;
  readonly bucket: string;
  readonly key: string;
  readonly sha256: string;
  /** Hex; null for the first digest of a chain. */
  readonly previousSignature: string | null;
}): string {
  const { endTime, bucket, key, sha256, previousSignature } = digest;
  return `${endTime}\n${bucket}/${key}\n${sha256}\n${previousSignature ?? 'null'}`;
}

function checkSignature(digest: FetchedDigest, fingerprint: string, key: PublicKey): void {
  const publicKey = readKey(key, fingerprint);
  const signature = decodeHex(digest.signature);
  const previous = digest.members.get('previousDigestSignature');
  const signed = stringToSign({
    endTime: wordsOf(digest.members.get('digestEndTime')),
    bucket: digest.bucket,
    key: digest.key,
    sha256: digest.sha256,
    previousSignature: previous === null ? null : wordsOf(previous),
  });
  // AWS's validator takes any hash that the signature names, MD5 and SHA-1 too; CloudTrail signs with SHA-256 only.
  if (verify('RSA-SHA256', Buffer.from(signed), publicKey, signature)) return;
  throw new DigestProblem('signature');
}

/** Keys that were read before: all digests of a month name one or two. */
const readKeys = new WeakMap<PublicKey, KeyObject>();

function readKey(key: PublicKey, fingerprint: string): KeyObject {
  try {
    const read = readKeys.get(key) ?? loadPublicKey(key.value);
    readKeys.set(key, read);
    return read;
  } catch (error) {
    if (!(error instanceof PublicKeyError)) throw error;
    if (error.code === 'encoding') throw new DigestProblem('other', error.message);
    throw new DigestProblem('key-unreadable', `${error.message} with fingerprint ${fingerprint}`);
  }
}

/** Reads as Python's binascii.unhexlify, whose complaints the AWS CLI prints. */
function decodeHex(text: string): Buffer {
  if (/[\u0080-\uffff]/.test(text))
    throw new DigestProblem('other', 'string argument should contain only ASCII characters');
  if (text.length % 2 === 1) throw new DigestProblem('other', 'Odd-length string');
  if (/[^0-9A-Fa-f]/.test(text)) throw new DigestProblem('other', 'Non-hexadecimal digit found');
  return Buffer.from(text, 'hex');
}

/** Whatever stands there, as Python would print it: a fingerprint that is no text is known to nobody. */
function fingerprintIn(digest: FetchedDigest): string {
  const value = digest.members.get('digestPublicKeyFingerprint');
  if (Array.isArray(value)) throw new DigestProblem('other', "unhashable type: 'list'");
  if (value === null) return 'None';
  if (typeof value === 'object') throw new DigestProblem('other', "unhashable type: 'dict'");
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}

function timeIn(digest: FetchedDigest, name: string): number {
  const value = digest.members.get(name);
  // Only a text is a time: 7 would be read as a year.
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new DigestProblem('other', `Unable to parse date value: ${wordsOf(value)}`);
  }
  return time;
}

function previousOf(digest: FetchedDigest): TrueDigest['previous'] {
  const bucket = textOf(digest, 'previousDigestS3Bucket');
  const key = textOf(digest, 'previousDigestS3Object');
  if (bucket === undefined || key === undefined) return undefined;
  const sha256 = textOf(digest, 'previousDigestHashValue');
  const signature = textOf(digest, 'previousDigestSignature');
  return {
    bucket,
    key,
    ...(sha256 !== undefined && { sha256 }),
    ...(signature !== undefined && { signature }),
  };
}
