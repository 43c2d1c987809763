import { type Random, uniqueId } from '../credentials/random-credentials.ts';
import { IdentityError } from '../identity-error.ts';
import { parsePolicy } from '../policies/parse-policy.ts';
import { AWS_MANAGED_POLICIES, AWS_POLICY_ARN } from './aws-managed-policies.ts';
import { entityArn, type ManagedPolicy, type PolicyVersion, type Tag } from './entities.ts';
import { checkName, checkPath, mergeTags, withoutTags } from './names.ts';
import { recordKey } from './policy-holders.ts';
import type { RecordSet } from './record-set.ts';

const MAX_POLICIES = 1_500;
const MAX_VERSIONS = 5;
/** Characters without white space. */
const MAX_SIZE = 6_144;
/** When AWS's own policies were made, as far as callers can see. */
const AWS_POLICY_DATE = Date.UTC(2015, 1, 6, 18, 39, 46);

/** What makes a managed policy. */
export interface NewPolicy {
  readonly account: string;
  readonly name: string;
  readonly document: string;
  readonly path?: string;
  readonly description?: string;
  readonly tags?: readonly Tag[];
}

/** Customer managed policies with their versions, and AWS's own, which nobody can change. */
export class ManagedPolicies {
  readonly #records: RecordSet<ManagedPolicy>;
  readonly #now: () => number;
  readonly #random: Random;

  constructor(records: RecordSet<ManagedPolicy>, now: () => number, random: Random) {
    this.#records = records;
    this.#now = now;
    this.#random = random;
  }

  /** A policy that `account` can see: its own, or AWS's. */
  find(account: string, arn: string): ManagedPolicy | undefined {
    if (arn.startsWith(AWS_POLICY_ARN)) return awsPolicy(arn.slice(AWS_POLICY_ARN.length));
    const name = /^arn:aws:iam::(\d{12}):policy\/(?:.*\/)?([^/]+)$/.exec(arn);
    if (!name || name[1] !== account) return undefined;
    const found = this.#records.get(recordKey(account, name[2]!));
    return found && entityArn('policy', found) === arn ? found : undefined;
  }

  /** @throws IdentityError NoSuchEntity */
  get(account: string, arn: string): ManagedPolicy {
    return this.find(account, arn) ?? absent(arn);
  }

  /** The default version's document, or undefined when the policy is gone. */
  documentOf(account: string, arn: string): string | undefined {
    const policy = this.find(account, arn);
    return policy?.versions.find((version) => version.id === policy.defaultVersion)?.document;
  }

  /** The account's own, by name. */
  list(account: string): ManagedPolicy[] {
    return this.#records.list(`${account}/`);
  }

  /** AWS's own, by name. */
  listAws(): ManagedPolicy[] {
    return [...AWS_MANAGED_POLICIES.keys()].sort().map((name) => awsPolicy(name)!);
  }

  /** @throws IdentityError EntityAlreadyExists, MalformedPolicyDocument, LimitExceeded, ValidationError */
  async create(given: NewPolicy): Promise<ManagedPolicy> {
    const { account, name, path = '/', description } = given;
    checkName('policyName', name, 128);
    checkPath(path);
    checkDocument(given.document);
    if (this.list(account).length >= MAX_POLICIES) {
      throw new IdentityError('LimitExceeded', `Cannot exceed quota for PoliciesPerAccount: ${MAX_POLICIES}`);
    }
    const now = this.#now();
    const policy: ManagedPolicy = {
      account,
      name,
      path,
      id: uniqueId('ANPA', this.#random),
      createdAt: now,
      updatedAt: now,
      versions: [{ id: 'v1', document: given.document, createdAt: now }],
      defaultVersion: 'v1',
      lastVersion: 1,
      tags: mergeTags([], given.tags ?? []),
      ...(description !== undefined && { description }),
    };
    if (await this.#records.create(recordKey(account, name), policy)) return policy;
    throw new IdentityError(
      'EntityAlreadyExists',
      `A policy called ${name} already exists. Duplicate names are not allowed.`,
    );
  }

  async createVersion(
    account: string,
    arn: string,
    document: string,
    isDefault: boolean,
  ): Promise<PolicyVersion> {
    checkDocument(document);
    const changed = await this.#change(account, arn, (policy) => {
      if (policy.versions.length >= MAX_VERSIONS) {
        throw new IdentityError(
          'LimitExceeded',
          `A managed policy can have up to ${MAX_VERSIONS} versions. Before you create a new version, you must delete an existing version.`,
        );
      }
      const lastVersion = policy.lastVersion + 1;
      const version = { id: `v${lastVersion}`, document, createdAt: this.#now() };
      const defaultVersion = isDefault ? version.id : policy.defaultVersion;
      const updatedAt = this.#now();
      return { ...policy, versions: [...policy.versions, version], lastVersion, defaultVersion, updatedAt };
    });
    return changed?.versions.at(-1) ?? absent(arn);
  }

  /** @throws IdentityError NoSuchEntity for the policy or the version */
  getVersion(account: string, arn: string, id: string): PolicyVersion {
    return versionOf(this.get(account, arn), arn, id);
  }

  async deleteVersion(account: string, arn: string, id: string): Promise<void> {
    await this.#change(account, arn, (policy) => {
      versionOf(policy, arn, id);
      if (policy.defaultVersion === id) {
        throw new IdentityError('DeleteConflict', 'Cannot delete the default version of a policy.');
      }
      return { ...policy, versions: policy.versions.filter((version) => version.id !== id) };
    });
  }

  async setDefaultVersion(account: string, arn: string, id: string): Promise<void> {
    await this.#change(account, arn, (policy) => {
      versionOf(policy, arn, id);
      return { ...policy, defaultVersion: id, updatedAt: this.#now() };
    });
  }

  async tag(account: string, arn: string, tags: readonly Tag[]): Promise<void> {
    await this.#change(account, arn, (policy) => ({ ...policy, tags: mergeTags(policy.tags, tags) }));
  }

  async untag(account: string, arn: string, keys: readonly string[]): Promise<void> {
    await this.#change(account, arn, (policy) => ({ ...policy, tags: withoutTags(policy.tags, keys) }));
  }

  /** `isAttached` tells whether anything still holds the policy. @throws IdentityError DeleteConflict, NoSuchEntity */
  async delete(account: string, arn: string, isAttached: () => boolean): Promise<void> {
    await this.#change(account, arn, (policy) => {
      if (isAttached())
        throw new IdentityError('DeleteConflict', 'Cannot delete a policy attached to entities.');
      if (policy.versions.length > 1) {
        throw new IdentityError(
          'DeleteConflict',
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      }
      return undefined;
    });
  }

  async #change(
    account: string,
    arn: string,
    change: (policy: ManagedPolicy) => ManagedPolicy | undefined,
  ): Promise<ManagedPolicy | undefined> {
    const policy = this.get(account, arn);
    if (arn.startsWith(AWS_POLICY_ARN)) {
      throw new IdentityError('AccessDenied', `${arn} is one of AWS's own policies and cannot be changed.`);
    }
    return this.#records.change(recordKey(account, policy.name), change);
  }
}

function awsPolicy(name: string): ManagedPolicy | undefined {
  const found = AWS_MANAGED_POLICIES.get(name);
  if (!found) return undefined;
  const versions = [{ id: 'v1', document: found.document, createdAt: AWS_POLICY_DATE }];
  const dates = { createdAt: AWS_POLICY_DATE, updatedAt: AWS_POLICY_DATE };
  return {
    account: 'aws',
    name,
    path: '/',
    id: found.id,
    ...dates,
    versions,
    defaultVersion: 'v1',
    lastVersion: 1,
    tags: [],
  };
}

function versionOf(policy: ManagedPolicy, arn: string, id: string): PolicyVersion {
  const found = policy.versions.find((version) => version.id === id);
  if (found) return found;
  throw new IdentityError(
    'NoSuchEntity',
    `Policy ${arn} version ${id.slice(0, 50)} does not exist or is not attachable.`,
  );
}

function checkDocument(document: string): void {
  parsePolicy(document, 'identity');
  if (document.replace(/\s/g, '').length <= MAX_SIZE) return;
  throw new IdentityError('LimitExceeded', `Cannot exceed quota for PolicySize: ${MAX_SIZE}`);
}

function absent(arn: string): never {
  throw new IdentityError('NoSuchEntity', `Policy ${arn.slice(0, 2048)} was not found.`);
}
