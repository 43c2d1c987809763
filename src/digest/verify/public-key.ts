import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** A public key as ListPublicKeys gives it. */
export interface PublicKey {
  /** As the key's owner states it; true only when it equals `fingerprintOf(value)`. */
  readonly fingerprint: string;
  /** Base64 of the DER of a PKCS #1 RSAPublicKey. */
  readonly value: string;
  /** Milliseconds; absent when unknown. */
  readonly validFrom?: number;
  readonly validUntil?: number;
}

/**
 * Where public keys come from. TRUSTED: whoever chooses the keys decides what is valid. Online it is the CloudTrail
 * service; pinned keys in a file that the bucket's holder cannot write are better.
 */
export interface PublicKeySource {
  /** The keys that were valid at some time between two times in milliseconds. */
  keysBetween(start: number, end: number): Promise<readonly PublicKey[]>;
}

/** A key value could not be read; the message is in the AWS CLI's words. */
export class PublicKeyError extends Error {
  /** `encoding`: not base64. `key`: not a PKCS #1 key. */
  readonly code: 'encoding' | 'key';
  constructor(code: 'encoding' | 'key', message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'PublicKeyError';
    this.code = code;
  }
}

/**
 * The fingerprint that digests name: lower-case hex of the MD5 of the key's DER bytes. Not documented by AWS, but true
 * for the keys that it has published.
 */
export function fingerprintOf(value: string): string {
  return createHash('md5').update(Buffer.from(value, 'base64')).digest('hex');
}

/** @throws PublicKeyError */
export function loadPublicKey(value: string): KeyObject {
  const der = decodeBase64(value);
  try {
    return createPublicKey({ key: der, format: 'der', type: 'pkcs1' });
  } catch (cause) {
    throw new PublicKeyError('key', 'Unable to load PKCS #1 key', cause);
  }
}

/** Reads as Python's base64.b64decode does, which AWS's validator uses: foreign characters are skipped. */
function decodeBase64(value: string): Buffer {
  const digits = value.replace(/[^A-Za-z0-9+/=]/g, '');
  const data = digits.replace(/=.*$/, '');
  if (data.length % 4 === 1) {
    const text = `Invalid base64-encoded string: number of data characters (${data.length}) cannot be 1 more than a multiple of 4`;
    throw new PublicKeyError('encoding', text);
  }
  if (data.length % 4 > 0 && digits.length - data.length < 4 - (data.length % 4))
    throw new PublicKeyError('encoding', 'Incorrect padding');
  return Buffer.from(data, 'base64');
}

/**
 * Reads a file of pinned keys: the answer of `aws cloudtrail list-public-keys`, as it is.
 *
 * @throws Error naming what is wrong.
 */
export function readPublicKeys(text: string): PublicKey[] {
  const list = (JSON.parse(text) as { readonly PublicKeyList?: unknown } | null)?.PublicKeyList;
  if (!Array.isArray(list)) throw new Error('expected {"PublicKeyList":[…]}, as list-public-keys prints it');
  return list.map((entry: unknown, index) => {
    const key = new Map(Object.entries((entry ?? {}) as object));
    const value = key.get('Value');
    if (typeof value !== 'string') throw new Error(`key ${index} has no Value`);
    const fingerprint = key.get('Fingerprint') ?? fingerprintOf(value);
    if (fingerprint !== fingerprintOf(value))
      throw new Error(`key ${index} does not have the fingerprint ${String(fingerprint)} that it states`);
    const validFrom = timeOf(key.get('ValidityStartTime'));
    const validUntil = timeOf(key.get('ValidityEndTime'));
    return {
      fingerprint: fingerprintOf(value),
      value,
      ...(validFrom !== undefined && { validFrom }),
      ...(validUntil !== undefined && { validUntil }),
    };
  });
}

/** Seconds since the epoch (AWS CLI 1), or ISO 8601 (AWS CLI 2). */
function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'number' ? value * 1000 : Date.parse(String(value));
  return Number.isFinite(time) ? time : undefined;
}
