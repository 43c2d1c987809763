import { type KeyObject, verify } from 'node:crypto';
import { stringToSign } from '../../digest/verify/index.ts';
import { sha256 } from './archive-file.ts';
import { unpackWhole } from './unpack.ts';

/** A digest out of an archive: not believed before its signature is checked. */
export interface ArchivedDigest {
  /** Of its content. */
  readonly sha256: string;
  /** Hex. */
  readonly signature: string;
  readonly fingerprint: string;
  readonly object: string;
  /** What the signature is for. */
  readonly signed: string;
  /** Hashes of the log files that it lists. */
  readonly listed: ReadonlySet<string>;
  /** Absent where a chain begins. */
  readonly previous?: { readonly sha256: unknown; readonly signature: unknown };
}

/** Undefined when it is no digest. */
export function readArchivedDigest(packed: Buffer, signature: Buffer): ArchivedDigest | undefined {
  const content = unpackWhole(packed);
  const members = content && membersOf(content);
  if (!content || !members) return undefined;
  const text = (name: string) => String(members.get(name));
  const sum = sha256(content);
  const before = members.get('previousDigestSignature');
  return {
    sha256: sum,
    signature: signature.toString('hex'),
    fingerprint: text('digestPublicKeyFingerprint'),
    object: text('digestS3Object'),
    signed: stringToSign({
      endTime: text('digestEndTime'),
      bucket: text('digestS3Bucket'),
      key: text('digestS3Object'),
      sha256: sum,
      previousSignature: before === null ? null : String(before),
    }),
    listed: hashesOf(members.get('logFiles')),
    ...(before !== null && {
      previous: { sha256: members.get('previousDigestHashValue'), signature: before },
    }),
  };
}

/** True when `key` signed it. */
export function isSignedBy(digest: ArchivedDigest, key: KeyObject): boolean {
  return verify('RSA-SHA256', Buffer.from(digest.signed), key, Buffer.from(digest.signature, 'hex'));
}

/** Which chain it belongs to: account, Region and trail, as its key names them. */
export function chainOf({ object }: ArchivedDigest): string {
  return (object.split('/').at(-1) ?? '').replace(/_[^_]*$/, '');
}

function membersOf(content: Buffer): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(content.toString());
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

function hashesOf(logFiles: unknown): Set<string> {
  if (!Array.isArray(logFiles)) return new Set();
  return new Set(logFiles.map((entry: { readonly hashValue?: unknown } | null) => String(entry?.hashValue)));
}
