import { type KeyObject, X509Certificate } from 'node:crypto';

/** A certificate cannot be had now; the message may come again. */
export class CertificateMissing extends Error {}

/** How long a certificate is believed before it is read again, and a failure remembered, ms. */
const FRESH = 86_400_000;
const FAILED = 30_000;
const MAX_KEPT = 32;
/** Whoever reaches the endpoint can make it ask for certificates, though only of the topic's home: so many a minute. */
const PER_MINUTE = 20;
const MIN_BITS = 2_048;

interface Kept {
  readonly until: number;
  readonly key: KeyObject;
}

/** The public keys of topics' homes, kept for a day. */
export class Certificates {
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();
  /** Until when they are not asked for again. Apart: strangers' failures must not push out what is good. */
  readonly #failed = new Map<string, number>();
  readonly #asking = new Map<string, Promise<KeyObject | undefined>>();
  #minute = 0;
  #asked = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The key of the certificate at `url`, which was found to be of the topic's home. @throws CertificateMissing */
  async key(scope: string, url: URL, read: (url: URL) => Promise<string>): Promise<KeyObject> {
    // What one source's way leads to says nothing about another's.
    const name = `${scope} ${url.href}`;
    const known = this.#kept.get(name);
    if (known && known.until > this.#now()) return known.key;
    const key = (this.#failed.get(name) ?? 0) > this.#now() ? undefined : await this.#ask(name, url, read);
    if (!key) throw new CertificateMissing(`the certificate at ${url.host} cannot be had or is not fit`);
    return key;
  }

  #ask(name: string, url: URL, read: (url: URL) => Promise<string>): Promise<KeyObject | undefined> {
    const asking = this.#asking.get(name);
    if (asking) return asking;
    const minute = Math.floor(this.#now() / 60_000);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#asked = 0;
    }
    if (++this.#asked > PER_MINUTE) throw new CertificateMissing('too many certificates were asked for');
    const answer = this.#read(name, url, read).finally(() => this.#asking.delete(name));
    this.#asking.set(name, answer);
    return answer;
  }

  async #read(name: string, url: URL, read: (url: URL) => Promise<string>): Promise<KeyObject | undefined> {
    const key = await read(url)
      .then((pem) => keyOf(pem, this.#now()))
      .catch(() => undefined);
    if (key) put(this.#kept, name, { until: this.#now() + FRESH, key });
    else put(this.#failed, name, this.#now() + FAILED);
    return key;
  }
}

/** The newest are kept. */
function put<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  map.set(name, value);
  for (const [oldest] of map) {
    if (map.size <= MAX_KEPT) break;
    map.delete(oldest);
  }
}

/** @throws Error for what is no certificate */
function keyOf(pem: string, now: number): KeyObject | undefined {
  const certificate = new X509Certificate(pem);
  const isValid = Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
  const { publicKey } = certificate;
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  return isValid && publicKey.asymmetricKeyType === 'rsa' && bits >= MIN_BITS ? publicKey : undefined;
}
