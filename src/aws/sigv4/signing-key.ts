import { createHmac, timingSafeEqual } from 'node:crypto';

/** Signing keys that are kept; one is good for a key, day, Region and service. */
const mostKept = 2_000;

/**
 * Derives signing keys and keeps them, because four HMACs for each request would cost more than the rest of the
 * verification. Bounded: an attacker chooses Region and service, but only with an access key that exists.
 */
export class SigningKeys {
  readonly #kept = new Map<string, Buffer>();

  /** The key for a credential scope. The secret is part of the cache's key: a rotated secret finds nothing old. */
  derive(secret: string, date: string, region: string, service: string): Buffer {
    const name = `${secret}/${date}/${region}/${service}`;
    const kept = this.#kept.get(name);
    if (kept) return kept;
    const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request');
    if (this.#kept.size >= mostKept) {
      for (const oldest of this.#kept.keys()) {
        this.#kept.delete(oldest);
        break;
      }
    }
    this.#kept.set(name, key);
    return key;
  }
}

/** One process, one cache: keys are pure functions of their scope. */
export const signingKeys = new SigningKeys();

/** HMAC-SHA256 of a string to sign, in lower-case hexadecimal. */
export function sign(key: Buffer, stringToSign: string): string {
  return createHmac('sha256', key).update(stringToSign).digest('hex');
}

/** Compares two hexadecimal signatures without telling by its time where they differ. */
export function sameSignature(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
