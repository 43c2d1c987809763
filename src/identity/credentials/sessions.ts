import type { Session } from '../directory/entities.ts';
import type { RecordSet } from '../directory/record-set.ts';
import { IdentityError } from '../identity-error.ts';
import { type Random, secretKey, sessionToken, uniqueId } from './random-credentials.ts';

/** Live sessions of the whole server; each takes about 1 kB of memory. */
const MAX_SESSIONS = 100_000;
/** An expired session is kept so long, so that its holder reads ExpiredToken and not that the key is unknown. */
const KEPT_AFTER_EXPIRY = 24 * 3_600_000;
const SWEEP_EVERY = 10 * 60_000;

/** What a session is made of; credentials and times are added. */
export type NewSession = Pick<Session, 'account' | 'of' | 'policies'> & {
  /** Seconds. */
  readonly duration: number;
};

/** Temporary credentials. They outlive a restart. */
export class Sessions {
  readonly #records: RecordSet<Session>;
  readonly #now: () => number;
  readonly #random: Random;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(records: RecordSet<Session>, now: () => number, random: Random) {
    this.#records = records;
    this.#now = now;
    this.#random = random;
  }

  /** Also of an expired session, for a while. */
  find(accessKeyId: string): Session | undefined {
    return this.#records.get(accessKeyId);
  }

  /** @throws IdentityError LimitExceeded */
  async create(given: NewSession): Promise<Session> {
    await this.#sweep();
    if (this.#records.size >= MAX_SESSIONS) {
      throw new IdentityError('LimitExceeded', `This server holds no more than ${MAX_SESSIONS} sessions.`);
    }
    const now = this.#now();
    const session: Session = {
      accessKeyId: uniqueId('ASIA', this.#random),
      secret: secretKey(this.#random),
      token: sessionToken(this.#random),
      createdAt: now,
      // Whole seconds, as the client is told.
      expiresAt: Math.floor(now / 1000 + given.duration) * 1000,
      account: given.account,
      of: given.of,
      ...(given.policies && { policies: given.policies }),
    };
    if (await this.#records.create(session.accessKeyId, session)) return session;
    throw new Error('identity: the random source repeated an access key id');
  }

  async #sweep(): Promise<void> {
    const now = this.#now();
    if (now - this.#sweptAt < SWEEP_EVERY) return;
    this.#sweptAt = now;
    const expired = this.#records.list().filter((session) => session.expiresAt + KEPT_AFTER_EXPIRY < now);
    await Promise.all(expired.map((session) => this.#records.remove(session.accessKeyId)));
  }
}
