import { createHash } from 'node:crypto';
import type { RecordSet } from '../directory/record-set.ts';
import { IdentityError } from '../identity-error.ts';
import type { Random } from './random-credentials.ts';

/** What a bearer token may be used for. */
export type TokenScope = 'ingest' | 'read' | 'flush' | 'metrics' | 'sources';

/** All scopes there are. */
export const TOKEN_SCOPES: readonly TokenScope[] = ['ingest', 'read', 'flush', 'metrics', 'sources'];

/** A bearer token without its secret, which is stored nowhere: only its SHA-256 is. */
export interface Token {
  /** Names the token in lists and for revoking; no secret. */
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Absent: does not expire. */
  readonly expiresAt?: number;
}

/** What makes a token. */
export interface NewToken {
  readonly account: string;
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  readonly expiresAt?: number;
}

const MAX_TOKENS = 10_000;

/** Bearer tokens for the ways in that do not sign requests. */
export class Tokens {
  readonly #records: RecordSet<Token>;
  readonly #now: () => number;
  readonly #random: Random;

  constructor(records: RecordSet<Token>, now: () => number, random: Random) {
    this.#records = records;
    this.#now = now;
    this.#random = random;
  }

  /** The only time the secret is shown. @throws IdentityError ValidationError, LimitExceeded */
  async create(given: NewToken): Promise<{ readonly secret: string; readonly token: Token }> {
    this.#check(given);
    const secret = `ott_${this.#random(32).toString('base64url')}`;
    const token: Token = {
      id: `tok-${this.#random(8).toString('hex')}`,
      account: given.account,
      name: given.name,
      scopes: TOKEN_SCOPES.filter((scope) => given.scopes.includes(scope)),
      createdAt: this.#now(),
      ...(given.expiresAt !== undefined && { expiresAt: given.expiresAt }),
    };
    if (await this.#records.create(digest(secret), token)) return { secret, token };
    throw new Error('identity: the random source repeated a token');
  }

  /** Undefined for an unknown, revoked or expired token. Found by digest, so the time taken tells nothing. */
  find(secret: string): Token | undefined {
    if (!secret.startsWith('ott_') || secret.length > 100) return undefined;
    const token = this.#records.get(digest(secret));
    return token && (token.expiresAt ?? Number.POSITIVE_INFINITY) > this.#now() ? token : undefined;
  }

  /** Of one account, or all; expired ones too, oldest first. */
  list(account?: string): Token[] {
    const tokens = this.#records.list().filter((token) => account === undefined || token.account === account);
    return tokens.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  }

  /** Works at once. Answers false when the account has no such token. */
  async revoke(account: string, id: string): Promise<boolean> {
    const key = this.#records.findKey((token) => token.id === id && token.account === account);
    if (key === undefined) return false;
    await this.#records.remove(key);
    return true;
  }

  #check({ name, scopes, expiresAt }: NewToken): void {
    const invalid = (message: string) => new IdentityError('ValidationError', message);
    if (!/^[\w+=,.@ -]{1,128}$/.test(name)) {
      throw invalid('A token name has 1 to 128 letters, digits, spaces or +=,.@_- characters.');
    }
    const unknown = scopes.find((scope) => !TOKEN_SCOPES.includes(scope));
    if (scopes.length === 0 || unknown !== undefined) {
      throw invalid(`Token scopes are ${TOKEN_SCOPES.join(', ')}; found ${unknown ?? 'none'}.`);
    }
    if (expiresAt !== undefined && !(expiresAt > this.#now()))
      throw invalid('The token would already have expired.');
    if (this.#records.size >= MAX_TOKENS) {
      throw new IdentityError('LimitExceeded', `This server holds no more than ${MAX_TOKENS} tokens.`);
    }
  }
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
