import type { FetchedDigest } from './digest.ts';
import { formatTime } from './digest-key.ts';
import type { PublicKey, PublicKeySource } from './public-key.ts';

const HOUR = 3_600_000;

/** No key is known for a time range, so that nothing can be said; the message is the AWS CLI's. */
export class NoPublicKeys extends Error {
  constructor(start: number, end: number) {
    super(`No public keys found between ${formatTime(start)} and ${formatTime(end)}`);
    this.name = 'NoPublicKeys';
  }
}

/** The public keys that a walk along a chain needs, by fingerprint. */
export class ChainKeys {
  readonly #source: PublicKeySource;
  readonly #known = new Map<string, PublicKey>();
  readonly #used = new Set<string>();

  constructor(source: PublicKeySource) {
    this.#source = source;
  }

  /** Fetches the keys of a time range (milliseconds). @throws NoPublicKeys */
  async load(start: number, end: number): Promise<void> {
    const keys = await this.#source.keysBetween(start, end);
    if (keys.length === 0) throw new NoPublicKeys(start, end);
    for (const key of keys) this.#known.set(key.fingerprint, key);
  }

  /** The key of a fingerprint. */
  find(fingerprint: string): PublicKey | undefined {
    const key = this.#known.get(fingerprint);
    if (key) this.#used.add(fingerprint);
    return key;
  }

  /** The same; the key of a backfill digest is asked for around the time when the digest was made. @throws NoPublicKeys */
  async findFor(fingerprint: string, digest: FetchedDigest): Promise<PublicKey | undefined> {
    const made = Date.parse(digest.generatedAt ?? '');
    if (!this.#known.has(fingerprint) && !Number.isNaN(made)) await this.load(made - HOUR, made + HOUR);
    return this.find(fingerprint);
  }

  /** The keys that were asked for and found. */
  used(): PublicKey[] {
    return [...this.#used]
      .map((fingerprint) => this.#known.get(fingerprint))
      .filter((key) => key !== undefined);
  }
}
