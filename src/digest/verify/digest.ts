import { createHash } from 'node:crypto';
import { type BucketReader, ObjectTooLarge } from './bucket-reader.ts';
import { isBackfillKey } from './digest-key.ts';
import { DigestProblem } from './digest-problem.ts';
import { GunzipError, gunzipFirst, type Inflated } from './gunzip-first.ts';

/** Far above the largest digest; what is larger was not written by CloudTrail. Bytes. */
export const MAX_DIGEST_BYTES = 64 * 2 ** 20;

/** A log file as a digest lists it. Hostile until the digest's signature has been checked. */
export interface ListedLog {
  readonly bucket: string;
  readonly key: string;
  /** SHA-256 of the content before compression, lower-case hex. */
  readonly sha256: string;
}

/** A digest as it lies in the bucket, parsed and not yet believed. */
export interface FetchedDigest {
  readonly bucket: string;
  readonly key: string;
  /** The members by name, of whatever type. */
  readonly members: ReadonlyMap<string, unknown>;
  /** SHA-256 of the JSON, lower-case hex. */
  readonly sha256: string;
  /** Hex, from the object's metadata. */
  readonly signature: string;
  readonly ending: Inflated['ending'];
  /** Only backfill digests have one. */
  readonly generatedAt?: string;
}

/**
 * Reads a digest and its signature; undefined when there is none at that place.
 *
 * @param signedBySuccessor The signature that the next digest in the chain vouches for: used where the copy of the
 * bucket has lost its metadata.
 * @throws DigestProblem in the order in which AWS's validator looks.
 */
export async function fetchDigest(
  reader: BucketReader,
  bucket: string,
  key: string,
  signedBySuccessor?: string,
): Promise<FetchedDigest | undefined> {
  const maxBytes = Math.min(reader.maxDigestBytes ?? MAX_DIGEST_BYTES, MAX_DIGEST_BYTES);
  const object = await reader.get(bucket, key, maxBytes).catch((error: unknown) => {
    if (error instanceof ObjectTooLarge) throw new DigestProblem('format');
    throw error;
  });
  if (object === undefined) return undefined;
  const { content, ending } = inflate(object.bytes, maxBytes);
  const value = parse(content);
  const signature =
    object.metadata.get('signature') ?? (reader.keepsMetadata ? undefined : signedBySuccessor);
  if (signature === undefined) {
    throw new DigestProblem(reader.keepsMetadata ? 'signature' : 'signature-lost');
  }
  if (reader.keepsMetadata && !object.metadata.has('signature-algorithm'))
    throw new DigestProblem('signature');
  const generatedAt = object.metadata.get('backfill-generation-timestamp');
  const members = membersOf(value);
  if (isBackfillKey(key) && generatedAt === undefined && reader.keepsMetadata)
    throw new DigestProblem('format');
  return {
    bucket,
    key,
    members,
    sha256: createHash('sha256').update(content).digest('hex'),
    signature,
    ending,
    ...(generatedAt !== undefined && { generatedAt }),
  };
}

/** The log files of a digest whose signature was checked; an entry that is not one comes as undefined. */
export function listedLogs(digest: FetchedDigest): (ListedLog | undefined)[] {
  const list = digest.members.get('logFiles');
  if (!Array.isArray(list)) return [];
  return list.map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return undefined;
    const { s3Bucket: bucket, s3Object: key, hashValue: sha256 } = entry as Record<string, unknown>;
    if (typeof bucket !== 'string' || typeof key !== 'string') return undefined;
    return { bucket, key, sha256: wordsOf(sha256) };
  });
}

/** Text as it is, anything else as JSON: `String` throws on an object whose `toString` is no function. */
export function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
}

/** A member that must be a string to mean anything. */
export function textOf(digest: FetchedDigest, name: string): string | undefined {
  const value = digest.members.get(name);
  return typeof value === 'string' ? value : undefined;
}

function inflate(
  bytes: Uint8Array,
  maxBytes: number,
): { readonly content: Buffer; readonly ending: Inflated['ending'] } {
  try {
    const inflated = gunzipFirst(bytes, maxBytes);
    // Half a digest has no meaning; half a log file still has the hash of a half.
    if (inflated.ending !== 'cut') return inflated;
  } catch (error) {
    if (!(error instanceof GunzipError)) throw error;
  }
  throw new DigestProblem('format');
}

function parse(content: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content));
  } catch {
    throw new DigestProblem('format');
  }
}

/** AWS's validator writes into what it has parsed; these are the words in which that fails for anything but an object. */
function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  if (Array.isArray(value)) {
    throw new DigestProblem('other', 'list indices must be integers or slices, not str');
  }
  if (typeof value === 'object' && value !== null) return new Map(Object.entries(value));
  const type =
    value === null
      ? 'NoneType'
      : typeof value === 'string'
        ? 'str'
        : typeof value === 'boolean'
          ? 'bool'
          : Number.isInteger(value)
            ? 'int'
            : 'float';
  throw new DigestProblem('other', `'${type}' object does not support item assignment`);
}
