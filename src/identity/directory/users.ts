import { type Random, secretKey, uniqueId } from '../credentials/random-credentials.ts';
import { IdentityError } from '../identity-error.ts';
import type { AccessKey, InlinePolicy, Tag, User } from './entities.ts';
import { checkName, checkPath, mergeTags } from './names.ts';
import { PolicyHolders } from './policy-holders.ts';
import type { RecordSet } from './record-set.ts';

const MAX_USERS = 5_000;
const MAX_ACCESS_KEYS = 2;

/** What makes a user. */
export interface NewUser {
  readonly account: string;
  readonly name: string;
  readonly path?: string;
  readonly tags?: readonly Tag[];
  readonly permissionsBoundary?: string;
  readonly inlinePolicies?: readonly InlinePolicy[];
  readonly readableAccounts?: readonly string[];
  readonly preset?: string;
}

/** Users and their access keys. */
export class Users extends PolicyHolders<User> {
  readonly #now: () => number;
  readonly #random: Random;

  constructor(records: RecordSet<User>, now: () => number, random: Random) {
    super('user', records);
    this.#now = now;
    this.#random = random;
  }

  /** @throws IdentityError EntityAlreadyExists, ValidationError, LimitExceeded */
  async create(given: NewUser): Promise<User> {
    const { account, name, path = '/', permissionsBoundary, readableAccounts, preset } = given;
    checkName('userName', name, 64);
    checkPath(path);
    if (this.count(account) >= MAX_USERS) {
      throw new IdentityError('LimitExceeded', `Cannot exceed quota for UsersPerAccount: ${MAX_USERS}`);
    }
    const user: User = {
      account,
      name,
      path,
      id: uniqueId('AIDA', this.#random),
      createdAt: this.#now(),
      accessKeys: [],
      inlinePolicies: given.inlinePolicies ?? [],
      attachedPolicies: [],
      tags: mergeTags([], given.tags ?? []),
      ...(permissionsBoundary !== undefined && { permissionsBoundary }),
      ...(readableAccounts !== undefined && { readableAccounts }),
      ...(preset !== undefined && { preset }),
    };
    if (await this.add(user)) return user;
    throw new IdentityError('EntityAlreadyExists', `User with name ${name} already exists.`);
  }

  /** The only time the secret is shown. @throws IdentityError NoSuchEntity, LimitExceeded */
  async createAccessKey(account: string, name: string): Promise<AccessKey> {
    const key: AccessKey = {
      id: uniqueId('AKIA', this.#random),
      secret: secretKey(this.#random),
      active: true,
      createdAt: this.#now(),
    };
    await this.change(account, name, (user) => {
      if (user.accessKeys.length >= MAX_ACCESS_KEYS) {
        throw new IdentityError(
          'LimitExceeded',
          `Cannot exceed quota for AccessKeysPerUser: ${MAX_ACCESS_KEYS}`,
        );
      }
      return { ...user, accessKeys: [...user.accessKeys, key] };
    });
    return key;
  }

  /** @throws IdentityError NoSuchEntity for the user or the key */
  async setAccessKeyActive(account: string, name: string, id: string, active: boolean): Promise<void> {
    await this.change(account, name, (user) => {
      requireKey(user, id);
      return {
        ...user,
        accessKeys: user.accessKeys.map((key) => (key.id === id ? { ...key, active } : key)),
      };
    });
  }

  /** @throws IdentityError NoSuchEntity for the user or the key */
  async deleteAccessKey(account: string, name: string, id: string): Promise<void> {
    await this.change(account, name, (user) => {
      requireKey(user, id);
      return { ...user, accessKeys: user.accessKeys.filter((key) => key.id !== id) };
    });
  }

  /** Which other accounts the user may read. */
  async setReadableAccounts(
    account: string,
    name: string,
    readableAccounts: readonly string[],
  ): Promise<void> {
    await this.change(account, name, (user) => ({ ...user, readableAccounts }));
  }

  protected override checkDeletable(user: User): void {
    if (user.accessKeys.length > 0) {
      throw new IdentityError('DeleteConflict', 'Cannot delete entity, must delete access keys first.');
    }
    super.checkDeletable(user);
  }
}

function requireKey(user: User, id: string): void {
  if (user.accessKeys.some((key) => key.id === id)) return;
  throw new IdentityError('NoSuchEntity', `The Access Key with id ${id.slice(0, 128)} cannot be found.`);
}
