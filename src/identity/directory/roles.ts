import { type Random, uniqueId } from '../credentials/random-credentials.ts';
import { IdentityError } from '../identity-error.ts';
import { parsePolicy } from '../policies/parse-policy.ts';
import type { Role, Tag } from './entities.ts';
import { checkName, checkPath, mergeTags } from './names.ts';
import { PolicyHolders } from './policy-holders.ts';
import type { RecordSet } from './record-set.ts';

const MAX_ROLES = 1_000;
/** Default quota "role trust policy length", characters. */
const MAX_TRUST_POLICY = 2_048;
const MAX_DESCRIPTION = 1_000;
const DURATION = { least: 3_600, most: 43_200 } as const;

/** What makes a role. */
export interface NewRole {
  readonly account: string;
  readonly name: string;
  readonly trustPolicy: string;
  readonly path?: string;
  readonly description?: string;
  /** Seconds; default 3600. */
  readonly maxSessionDuration?: number;
  readonly permissionsBoundary?: string;
  readonly tags?: readonly Tag[];
}

/** Roles: who may assume them, what they may do. */
export class Roles extends PolicyHolders<Role> {
  readonly #now: () => number;
  readonly #random: Random;

  constructor(records: RecordSet<Role>, now: () => number, random: Random) {
    super('role', records);
    this.#now = now;
    this.#random = random;
  }

  /** @throws IdentityError EntityAlreadyExists, MalformedPolicyDocument, ValidationError, LimitExceeded */
  async create(given: NewRole): Promise<Role> {
    const {
      account,
      name,
      path = '/',
      description,
      maxSessionDuration = DURATION.least,
      permissionsBoundary,
    } = given;
    checkName('roleName', name, 64);
    checkPath(path);
    checkSettings(description, maxSessionDuration);
    checkTrustPolicy(given.trustPolicy);
    if (this.count(account) >= MAX_ROLES) {
      throw new IdentityError('LimitExceeded', `Cannot exceed quota for RolesPerAccount: ${MAX_ROLES}`);
    }
    const role: Role = {
      account,
      name,
      path,
      id: uniqueId('AROA', this.#random),
      createdAt: this.#now(),
      trustPolicy: given.trustPolicy,
      maxSessionDuration,
      inlinePolicies: [],
      attachedPolicies: [],
      tags: mergeTags([], given.tags ?? []),
      ...(description !== undefined && { description }),
      ...(permissionsBoundary !== undefined && { permissionsBoundary }),
    };
    if (await this.add(role)) return role;
    throw new IdentityError('EntityAlreadyExists', `Role with name ${name} already exists.`);
  }

  /** Members that are absent stay as they are. */
  async update(
    account: string,
    name: string,
    given: { description?: string; maxSessionDuration?: number },
  ): Promise<void> {
    const { description, maxSessionDuration } = given;
    checkSettings(description, maxSessionDuration ?? DURATION.least);
    await this.change(account, name, (role) => ({
      ...role,
      ...(description !== undefined && { description }),
      ...(maxSessionDuration !== undefined && { maxSessionDuration }),
    }));
  }

  async setTrustPolicy(account: string, name: string, trustPolicy: string): Promise<void> {
    checkTrustPolicy(trustPolicy);
    await this.change(account, name, (role) => ({ ...role, trustPolicy }));
  }
}

function checkTrustPolicy(text: string): void {
  parsePolicy(text, 'trust');
  if (text.replace(/\s/g, '').length <= MAX_TRUST_POLICY) return;
  throw new IdentityError('LimitExceeded', `Cannot exceed quota for ACLSizePerRole: ${MAX_TRUST_POLICY}`);
}

function checkSettings(description: string | undefined, maxSessionDuration: number): void {
  if ((description?.length ?? 0) > MAX_DESCRIPTION) {
    throw constraint(`Value at 'description'`, `length less than or equal to ${MAX_DESCRIPTION}`);
  }
  const value = `Value '${maxSessionDuration}' at 'maxSessionDuration'`;
  if (maxSessionDuration < DURATION.least)
    throw constraint(value, `value greater than or equal to ${DURATION.least}`);
  if (maxSessionDuration > DURATION.most)
    throw constraint(value, `value less than or equal to ${DURATION.most}`);
}

function constraint(value: string, bound: string): IdentityError {
  return new IdentityError(
    'ValidationError',
    `1 validation error detected: ${value} failed to satisfy constraint: Member must have ${bound}`,
  );
}
