import { verify } from 'node:crypto';
import type { Anchor } from './evidence.ts';
import { loadPublicKey, type PublicKey } from './public-key.ts';

/**
 * The newest digest of a chain, told to somebody out of the server's reach. The order of members is the order in which
 * they are signed. Times are ISO 8601 to the second.
 */
export interface AnchorStatement {
  readonly trail: string;
  readonly account: string;
  readonly region: string;
  readonly digestBucket: string;
  readonly digestKey: string;
  readonly digestEnd: string;
  /** SHA-256 of the uncompressed digest, lower-case hex. */
  readonly digestHash: string;
  readonly digestSignature: string;
  /** When the statement was made. */
  readonly time: string;
  readonly publicKeyFingerprint: string;
}

/** A statement as it is kept: one JSON object. */
export interface SignedAnchor extends AnchorStatement {
  /** RSASSA-PKCS1-v1_5 with SHA-256 of `anchorText`, lower-case hex. */
  readonly statementSignature: string;
}

const MEMBERS = [
  'trail',
  'account',
  'region',
  'digestBucket',
  'digestKey',
  'digestEnd',
  'digestHash',
  'digestSignature',
  'time',
  'publicKeyFingerprint',
] as const satisfies readonly (keyof AnchorStatement)[];

/** What is signed: a first line that no digest's text has, then the members, each on its line; no line feed at the end. */
export function anchorText(statement: AnchorStatement): string {
  return ['opentrail anchor 1', ...MEMBERS.map((name) => statement[name])].join('\n');
}

/** Reads kept statements, one a line or one in the file. @throws Error naming the line that is none. */
export function readAnchors(text: string): SignedAnchor[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, index) => {
    let members: ReadonlyMap<string, unknown>;
    try {
      members = new Map(Object.entries(JSON.parse(line) as object));
    } catch {
      throw new Error(`line ${index + 1} is no anchor: it is not JSON`);
    }
    for (const name of [...MEMBERS, 'statementSignature']) {
      const value = members.get(name);
      if (typeof value !== 'string' || value.includes('\n')) {
        throw new Error(`line ${index + 1} is no anchor: it lacks ${name}`);
      }
    }
    return Object.fromEntries(members) as unknown as SignedAnchor;
  });
}

/** True when one of the keys, that of the fingerprint, signed the statement. */
export function isTrueAnchor(anchor: SignedAnchor, keys: readonly PublicKey[]): boolean {
  const key = keys.find(({ fingerprint }) => fingerprint === anchor.publicKeyFingerprint);
  if (!key) return false;
  const signature = Buffer.from(anchor.statementSignature, 'hex');
  return verify('RSA-SHA256', Buffer.from(anchorText(anchor)), loadPublicKey(key.value), signature);
}

/** As a verification takes it. */
export function anchorOf({ digestBucket, digestKey, digestEnd, digestHash }: SignedAnchor): Anchor {
  return { bucket: digestBucket, key: digestKey, end: Date.parse(digestEnd), sha256: digestHash };
}
