import type { State } from '../state/index.ts';
import { type AssumedRole, type AssumeRoleRequest, assumeRole } from './assume-role.ts';
import { PolicyAuthorizer } from './authorize.ts';
import type {
  AccessKeySecret,
  Authenticator,
  AuthorizationDecision,
  AuthorizationRequest,
  Authorizer,
  Caller,
} from './caller.ts';
import { AccessKeyIndex, rootSecret, sessionSecret } from './credentials/access-keys.ts';
import { type Random, systemRandom } from './credentials/random-credentials.ts';
import { type KeyPair, RootKey } from './credentials/root.ts';
import { Sessions } from './credentials/sessions.ts';
import { type NewToken, type Token, Tokens } from './credentials/tokens.ts';
import type { ManagedPolicy, Role, Session, User } from './directory/entities.ts';
import { ManagedPolicies } from './directory/managed-policies.ts';
import { RecordSet } from './directory/record-set.ts';
import { Roles } from './directory/roles.ts';
import { Users } from './directory/users.ts';
import { IdentityError } from './identity-error.ts';
import { PRESETS, type PresetName, presetPolicy } from './presets.ts';
import { type ServiceSessionRequest, serviceSession } from './service-session.ts';

/** What identity is opened with. */
export interface IdentityOptions {
  readonly state: State;
  /** The main account: the only one with a root key. */
  readonly accountId: string;
  /** Accounts that may own users; the main account always may. */
  readonly accounts: readonly string[] | 'any';
  /** Given from outside; absent: made on the first start and kept in the state. */
  readonly rootCredentials?: KeyPair;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random?: Random;
}

/** A user made from a preset, with the key whose secret is shown this once. */
export interface PresetUser {
  readonly user: User;
  readonly accessKey: KeyPair;
}

/** Opens identity, and makes the root key on the first start. Its records live under `identity/` in the state. */
export async function openIdentity(options: IdentityOptions): Promise<Identity> {
  const { state, accountId, now, random = systemRandom } = options;
  const keys = new AccessKeyIndex();
  const [root, users, roles, policies, sessions, tokens] = await Promise.all([
    RootKey.open(state, random, options.rootCredentials),
    RecordSet.open<User>(state, 'identity/users/', (_, before, after) => keys.replace(before, after)),
    RecordSet.open<Role>(state, 'identity/roles/'),
    RecordSet.open<ManagedPolicy>(state, 'identity/policies/'),
    RecordSet.open<Session>(state, 'identity/sessions/'),
    RecordSet.open<Token>(state, 'identity/tokens/'),
  ]);
  return new Identity({
    accountId,
    accounts: options.accounts,
    now,
    root,
    keys,
    users: new Users(users, now, random),
    roles: new Roles(roles, now, random),
    policies: new ManagedPolicies(policies, now, random),
    sessions: new Sessions(sessions, now, random),
    tokens: new Tokens(tokens, now, random),
  });
}

interface Parts {
  readonly accountId: string;
  readonly accounts: readonly string[] | 'any';
  readonly now: () => number;
  readonly root: RootKey;
  readonly keys: AccessKeyIndex;
  readonly users: Users;
  readonly roles: Roles;
  readonly policies: ManagedPolicies;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
}

/**
 * Who calls, and may they. Everything it answers is in memory; everything it changes is on disk before it answers.
 * May be called concurrently.
 */
export class Identity implements Authenticator, Authorizer {
  readonly accountId: string;
  readonly users: Users;
  readonly roles: Roles;
  readonly policies: ManagedPolicies;
  readonly #parts: Parts;
  readonly #authorizer: PolicyAuthorizer;

  /** Use `openIdentity`. */
  constructor(parts: Parts) {
    this.accountId = parts.accountId;
    this.users = parts.users;
    this.roles = parts.roles;
    this.policies = parts.policies;
    this.#parts = parts;
    this.#authorizer = new PolicyAuthorizer(parts);
  }

  /** The root key of the main account. */
  get rootCredentials(): KeyPair {
    return this.#parts.root.current;
  }

  /** Replaces the root key; the old one stops working at once. */
  async rotateRoot(): Promise<KeyPair> {
    return this.#parts.root.rotate();
  }

  /** True if the account may own users and things in this server. */
  servesAccount(account: string): boolean {
    const { accounts, accountId } = this.#parts;
    return (
      account === accountId || (accounts === 'any' ? /^\d{12}$/.test(account) : accounts.includes(account))
    );
  }

  /** Undefined for an unknown, inactive or orphaned key; expired temporary keys are answered with their expiry. */
  async findAccessKey(accessKeyId: string): Promise<AccessKeySecret | undefined> {
    const { keys, root, sessions } = this.#parts;
    if (accessKeyId === root.current.accessKeyId) return rootSecret(this.accountId, root.current);
    const found = keys.get(accessKeyId);
    if (found) return found;
    const session = sessions.find(accessKeyId);
    return session && sessionSecret(session, this.#holderOf(session));
  }

  /** The account that a key belongs to, and the user's name; also of inactive keys. */
  ownerOfAccessKey(
    accessKeyId: string,
  ): { readonly account: string; readonly userName?: string } | undefined {
    const { keys, root, sessions } = this.#parts;
    if (accessKeyId === root.current.accessKeyId) return { account: this.accountId };
    return keys.ownerOf(accessKeyId) ?? sessions.find(accessKeyId);
  }

  async authorize(request: AuthorizationRequest): Promise<AuthorizationDecision> {
    return this.#authorizer.authorize(request);
  }

  /** See `assumeRole` in assume-role.ts. */
  async assumeRole(request: AssumeRoleRequest): Promise<AssumedRole> {
    return assumeRole({ ...this.#parts, authorizer: this.#authorizer }, request);
  }

  /** See `serviceSession` in service-session.ts. */
  serviceSession(request: ServiceSessionRequest): Caller | undefined {
    return serviceSession({ ...this.#parts, authorizer: this.#authorizer }, request);
  }

  /** Temporary credentials with the caller's own rights (GetSessionToken). `duration` in seconds. */
  async createSelfSession(caller: Caller, duration: number): Promise<Session> {
    if (caller.kind === 'root') {
      return this.#parts.sessions.create({ account: caller.account, of: { kind: 'root' }, duration });
    }
    if (caller.kind !== 'user' || caller.sessionCreatedAt !== undefined) {
      throw new IdentityError('AccessDenied', 'Cannot call GetSessionToken with session credentials');
    }
    const { name, id } = this.users.get(caller.account, caller.userName ?? '');
    return this.#parts.sessions.create({ account: caller.account, of: { kind: 'user', name, id }, duration });
  }

  /** Makes a user with a preset's policy and one access key. Reading other accounts is for auditors only. */
  async createPresetUser(given: {
    readonly account: string;
    readonly name: string;
    readonly preset: PresetName;
    readonly readableAccounts?: readonly string[];
  }): Promise<PresetUser> {
    const { account, name, preset, readableAccounts = [] } = given;
    this.#requireAccount(account);
    for (const readable of readableAccounts) this.#requireAccount(readable);
    if (!PRESETS.includes(preset)) {
      throw new IdentityError('ValidationError', `Presets are ${PRESETS.join(', ')}; found ${preset}.`);
    }
    if (readableAccounts.length > 0 && preset !== 'auditor') {
      throw new IdentityError('ValidationError', 'Only an auditor may be given other accounts to read.');
    }
    await this.users.create({
      account,
      name,
      preset,
      readableAccounts,
      inlinePolicies: [presetPolicy(preset)],
    });
    const { id, secret } = await this.users.createAccessKey(account, name);
    return { user: this.users.get(account, name), accessKey: { accessKeyId: id, secretAccessKey: secret } };
  }

  /** Deletes a user with its keys, policies and attachments, which then work no more. @throws IdentityError NoSuchEntity */
  async removeUser(account: string, name: string): Promise<void> {
    await this.users.purge(account, name);
  }

  /** Makes a bearer token; its secret is shown this once. */
  async createToken(given: NewToken): Promise<{ readonly secret: string; readonly token: Token }> {
    this.#requireAccount(given.account);
    return this.#parts.tokens.create(given);
  }

  /** The valid token of this secret. */
  async findToken(secret: string): Promise<Token | undefined> {
    return this.#parts.tokens.find(secret);
  }

  async listTokens(account?: string): Promise<Token[]> {
    return this.#parts.tokens.list(account);
  }

  /** False when the account has no such token. */
  async revokeToken(account: string, id: string): Promise<boolean> {
    return this.#parts.tokens.revoke(account, id);
  }

  #holderOf({ account, of }: Session): User | Role | undefined {
    if (of.kind === 'root') return undefined;
    return (of.kind === 'user' ? this.users : this.roles).find(account, of.name);
  }

  #requireAccount(account: string): void {
    if (this.servesAccount(account)) return;
    throw new IdentityError(
      'ValidationError',
      `Account ${account} is not one of this server's accounts (--accounts).`,
    );
  }
}
