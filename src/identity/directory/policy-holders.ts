import { IdentityError } from '../identity-error.ts';
import { parsePolicy } from '../policies/parse-policy.ts';
import type { InlinePolicy, PolicyHolder, Tag } from './entities.ts';
import { checkName, mergeTags, withoutTags } from './names.ts';
import type { RecordSet } from './record-set.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: characters without white space. */
const INLINE_SIZE = { user: 2_048, role: 10_240 } as const;
const MAX_ATTACHED = 10;

/** Records of one kind that hold policies, by account and name; names are unique without case. */
export class PolicyHolders<T extends PolicyHolder> {
  readonly kind: 'user' | 'role';
  readonly #records: RecordSet<T>;

  constructor(kind: 'user' | 'role', records: RecordSet<T>) {
    this.kind = kind;
    this.#records = records;
  }

  find(account: string, name: string): T | undefined {
    return this.#records.get(recordKey(account, name));
  }

  /** @throws IdentityError NoSuchEntity */
  get(account: string, name: string): T {
    return this.find(account, name) ?? this.#absent(name);
  }

  /** All of the account under the path, by name. */
  list(account: string, pathPrefix = '/'): T[] {
    return this.#records.list(`${account}/`).filter((holder) => holder.path.startsWith(pathPrefix));
  }

  async putInlinePolicy(account: string, name: string, policy: InlinePolicy): Promise<void> {
    checkName('policyName', policy.name, 128);
    parsePolicy(policy.document, 'identity');
    await this.change(account, name, (holder) => {
      const others = holder.inlinePolicies.filter((other) => other.name !== policy.name);
      const inlinePolicies = [...others, policy].sort((a, b) => (a.name < b.name ? -1 : 1));
      const size = inlinePolicies.reduce((sum, { document }) => sum + document.replace(/\s/g, '').length, 0);
      const limit = INLINE_SIZE[this.kind];
      if (size > limit) {
        throw new IdentityError(
          'LimitExceeded',
          `Maximum policy size of ${limit} bytes exceeded for ${this.kind} ${name}`,
        );
      }
      return { ...holder, inlinePolicies };
    });
  }

  getInlinePolicy(account: string, name: string, policyName: string): InlinePolicy {
    const found = this.get(account, name).inlinePolicies.find((policy) => policy.name === policyName);
    return found ?? this.#absentPolicy(policyName);
  }

  async deleteInlinePolicy(account: string, name: string, policyName: string): Promise<void> {
    await this.change(account, name, (holder) => {
      const inlinePolicies = holder.inlinePolicies.filter((policy) => policy.name !== policyName);
      if (inlinePolicies.length === holder.inlinePolicies.length) return this.#absentPolicy(policyName);
      return { ...holder, inlinePolicies };
    });
  }

  /** Attaches a managed policy that the caller has found to exist; again is the same as once. */
  async attach(account: string, name: string, arn: string): Promise<void> {
    await this.change(account, name, (holder) => {
      if (holder.attachedPolicies.includes(arn)) return holder;
      if (holder.attachedPolicies.length >= MAX_ATTACHED) {
        const quota = this.kind === 'user' ? 'PoliciesPerUser' : 'PoliciesPerRole';
        throw new IdentityError('LimitExceeded', `Cannot exceed quota for ${quota}: ${MAX_ATTACHED}`);
      }
      return { ...holder, attachedPolicies: [...holder.attachedPolicies, arn].sort() };
    });
  }

  async detach(account: string, name: string, arn: string): Promise<void> {
    await this.change(account, name, (holder) => {
      if (!holder.attachedPolicies.includes(arn)) {
        throw new IdentityError('NoSuchEntity', `Policy ${arn} was not found.`);
      }
      return { ...holder, attachedPolicies: holder.attachedPolicies.filter((other) => other !== arn) };
    });
  }

  async tag(account: string, name: string, tags: readonly Tag[]): Promise<void> {
    await this.change(account, name, (holder) => ({ ...holder, tags: mergeTags(holder.tags, tags) }));
  }

  async untag(account: string, name: string, keys: readonly string[]): Promise<void> {
    await this.change(account, name, (holder) => ({ ...holder, tags: withoutTags(holder.tags, keys) }));
  }

  async setPermissionsBoundary(account: string, name: string, arn: string | undefined): Promise<void> {
    await this.change(account, name, (holder) => ({ ...holder, permissionsBoundary: arn }));
  }

  /** @throws IdentityError DeleteConflict while something hangs on it */
  async delete(account: string, name: string): Promise<void> {
    this.get(account, name);
    await this.#records.change(recordKey(account, name), (holder) => {
      this.checkDeletable(holder);
      return undefined;
    });
  }

  /** Deletes with everything that hangs on it, in one write. @throws IdentityError NoSuchEntity */
  async purge(account: string, name: string): Promise<void> {
    this.get(account, name);
    await this.#records.remove(recordKey(account, name));
  }

  /** Adds `holder`; answers false when the name is taken. */
  protected async add(holder: T): Promise<boolean> {
    return this.#records.create(recordKey(holder.account, holder.name), holder);
  }

  /** @throws IdentityError NoSuchEntity; whatever `change` throws */
  protected async change(account: string, name: string, change: (holder: T) => T): Promise<T> {
    return (await this.#records.change(recordKey(account, name), change)) ?? this.#absent(name);
  }

  protected count(account: string): number {
    return this.#records.list(`${account}/`).length;
  }

  protected checkDeletable(holder: T): void {
    const conflict = (text: string) =>
      new IdentityError('DeleteConflict', `Cannot delete entity, must ${text} first.`);
    if (holder.attachedPolicies.length > 0) throw conflict('detach all policies');
    if (holder.inlinePolicies.length > 0) throw conflict('delete policies');
  }

  #absent(name: string): never {
    throw new IdentityError('NoSuchEntity', `The ${this.kind} with name ${name} cannot be found.`);
  }

  #absentPolicy(policyName: string): never {
    throw new IdentityError(
      'NoSuchEntity',
      `The ${this.kind} policy with name ${policyName} cannot be found.`,
    );
  }
}

/** Names of entities are unique without case (IAM's CreateUser page). */
export function recordKey(account: string, name: string): string {
  return `${account}/${name.toLowerCase()}`;
}
