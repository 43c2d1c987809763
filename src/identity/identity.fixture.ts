import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { openLmdbState, type State } from '../state/index.ts';
import type { AuthorizationRequest, Caller } from './caller.ts';
import { type Identity, type IdentityOptions, openIdentity } from './identity.ts';

export const MAIN = '111122223333';
export const OTHER = '444455556666';
/** When each test begins. */
export const START = Date.UTC(2024, 4, 6, 7, 8, 9);

/** Documents of policies with one statement. */
export const allow = (Action: string | string[], Resource = '*', more = {}) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource, ...more }] });
export const deny = (Action: string, Resource = '*', more = {}) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action, Resource, ...more }] });
export const trusting = (Principal: unknown, more = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more }],
  });

/** Identities of two accounts, in a state of their own. */
export class IdentityHouse {
  state!: State;
  identity!: Identity;
  now = START;
  #folder = '';

  async begin(): Promise<void> {
    this.#folder = mkdtempSync(join(tmpdir(), 'identity-'));
    this.state = openLmdbState(this.#folder);
    this.now = START;
    this.identity = await this.open();
  }

  /** Opens the identities once more, as after a restart. */
  open(more: Partial<IdentityOptions> = {}): Promise<Identity> {
    const { state } = this;
    return openIdentity({ state, accountId: MAIN, accounts: [MAIN, OTHER], now: () => this.now, ...more });
  }

  /** A user with an inline policy, as the front door sees it. */
  async userWith(name: string, document?: string, account = MAIN): Promise<Caller> {
    await this.identity.users.create({ account, name });
    if (document) await this.identity.users.putInlinePolicy(account, name, { name: 'p', document });
    const { id } = await this.identity.users.createAccessKey(account, name);
    return this.callerOf(id);
  }

  rootCaller(): Promise<Caller> {
    return this.callerOf(this.identity.rootCredentials.accessKeyId);
  }

  async callerOf(accessKeyId: string): Promise<Caller> {
    return (await this.identity.findAccessKey(accessKeyId))!.caller;
  }

  /** `allowed`, or the refusal without who was refused. */
  async ask(caller: Caller, action: string, more: Partial<AuthorizationRequest> = {}): Promise<string> {
    const decision = await this.identity.authorize({ caller, action, resource: '*', ...more });
    return decision.allowed
      ? 'allowed'
      : decision.message.replace(/^User: \S+ is not authorized to perform: /, '');
  }

  async end(): Promise<void> {
    await this.state.close();
    rmSync(this.#folder, { recursive: true });
  }
}

/** A house that begins anew before each test of the file. */
export function useIdentityHouse(): IdentityHouse {
  const house = new IdentityHouse();
  beforeEach(() => house.begin());
  afterEach(() => house.end());
  return house;
}
