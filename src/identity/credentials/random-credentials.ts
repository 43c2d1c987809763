import { randomBytes } from 'node:crypto';

/** Source of unpredictable bytes; tests give a fixed one. */
export type Random = (bytes: number) => Buffer;

/** The operating system's. */
export const systemRandom: Random = (bytes) => randomBytes(bytes);

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * A unique identifier of IAM: prefix and base-32 letters. 20 characters for access keys, 21 for entities
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids).
 */
export function uniqueId(prefix: 'AKIA' | 'ASIA' | 'AIDA' | 'AROA' | 'ANPA', random: Random): string {
  const length = prefix === 'AKIA' || prefix === 'ASIA' ? 16 : 17;
  return prefix + Array.from(random(length), (byte) => BASE32[byte & 31]).join('');
}

/** A secret access key: 40 characters, 240 random bits. Without `+` and `/`, which copy and paste badly. */
export function secretKey(random: Random): string {
  const letters: string[] = [];
  while (letters.length < 40) {
    letters.push(...random(32).toString('base64').replace(/[+/=]/g, ''));
  }
  return letters.slice(0, 40).join('');
}

/** A session token: opaque to clients, 512 random bits. */
export function sessionToken(random: Random): string {
  return `IQoJ${random(64).toString('base64url')}`;
}
