const WINDOW = 3_600_000;
const MAX_PER_WINDOW = 100;
const MAX_ACCOUNTS = 10_000;

/**
 * Bounds the questions that an account has mailed to addresses of its choice: 100 an hour. Whoever may call Subscribe
 * could else fill a stranger's mailbox. Counts begin anew with each start.
 */
export class MailQuota {
  readonly #now: () => number;
  readonly #accounts = new Map<string, { readonly since: number; count: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes one; false when there is none left. */
  take(account: string): boolean {
    const known = this.#accounts.get(account);
    if (known && this.#now() - known.since < WINDOW) return ++known.count <= MAX_PER_WINDOW;
    if (this.#accounts.size >= MAX_ACCOUNTS) this.#accounts.delete(this.#accounts.keys().next().value!);
    this.#accounts.delete(account);
    this.#accounts.set(account, { since: this.#now(), count: 1 });
    return true;
  }
}
