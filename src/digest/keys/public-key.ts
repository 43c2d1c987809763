import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** A public key of digest files, as it is kept in `state` for good. Times are ms since the epoch, whole seconds. */
export interface DigestKeyRecord {
  readonly region: string;
  /** MD5 of the key's PKCS #1 DER, lower-case hex: how a digest names its key. */
  readonly fingerprint: string;
  /** Base64 of the DER of the PKCS #1 RSAPublicKey, as ListPublicKeys answers it. */
  readonly value: string;
  readonly validFrom: number;
  /** Inclusive, exactly 30 days after `validFrom`. */
  readonly validTo: number;
  readonly madeAt: number;
  /** Replaced by hand: signs no more, though what it signed stays valid. */
  readonly retiredAt?: number;
}

/** The two forms under which AWS publishes a key. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PublicKey.html */
export function publishedForm(key: KeyObject): Pick<DigestKeyRecord, 'fingerprint' | 'value'> {
  const open = key.type === 'private' ? createPublicKey(key) : key;
  // Node 24 cannot write PKCS #1 of a key that it has read from it; of one that it has read from SPKI it can.
  const spki = open.export({ type: 'spki', format: 'der' });
  const der = createPublicKey({ key: spki, type: 'spki', format: 'der' }).export({
    type: 'pkcs1',
    format: 'der',
  });
  // Not documented by AWS; MD5 reproduces the fingerprints of its published samples. It names a key, it proves nothing.
  return { fingerprint: createHash('md5').update(der).digest('hex'), value: der.toString('base64') };
}
