import type { AuthorizationDecision, AuthorizationRequest, Caller } from './caller.ts';
import type { Sessions } from './credentials/sessions.ts';
import type { PolicyHolder } from './directory/entities.ts';
import type { ManagedPolicies } from './directory/managed-policies.ts';
import type { Roles } from './directory/roles.ts';
import type { Users } from './directory/users.ts';
import { IdentityError } from './identity-error.ts';
import { callerConditions } from './policies/caller-context.ts';
import { ConditionContext } from './policies/condition-context.ts';
import { type DecisionInput, decide } from './policies/decide.ts';
import type { Policy, PolicyKind } from './policies/policy.ts';
import { PolicyCache } from './policies/policy-cache.ts';
import { refusalText } from './policies/refusal.ts';
import { isAuditAction } from './presets.ts';

/** Where the policies of a caller are found. */
export interface PolicySources {
  readonly users: Users;
  readonly roles: Roles;
  readonly policies: ManagedPolicies;
  readonly sessions: Sessions;
  readonly now: () => number;
}

/** The root of a bucket's account can always repair its policy, whatever that policy denies (S3's own rule). */
const BUCKET_POLICY_REPAIR = /^s3:(?:Get|Put|Delete)BucketPolicy$/i;

/** Collects what has a say in a request and lets `decide` decide. */
export class PolicyAuthorizer {
  readonly #sources: PolicySources;
  readonly #cache = new PolicyCache();

  constructor(sources: PolicySources) {
    this.#sources = sources;
  }

  authorize(
    request: AuthorizationRequest,
    policyKind: 'resource' | 'trust' = 'resource',
  ): AuthorizationDecision {
    const { caller } = request;
    const owner = request.resourceAccount ?? caller.account;
    if (caller.kind === 'root' && owner === caller.account && BUCKET_POLICY_REPAIR.test(request.action)) {
      return { allowed: true };
    }
    const resource = this.#resourcePolicies(request, policyKind);
    if (!resource) {
      return { allowed: false, message: refusalText(request, 'explicit deny', 'a resource-based policy') };
    }
    const holder = this.#holderOf(caller);
    const tags = holder?.tags ?? [];
    return decide({
      request,
      context: new ConditionContext(() => callerConditions(request, tags, this.#sources.now())),
      identity: caller.kind === 'root' ? 'all' : this.#identityPolicies(holder),
      boundaries: this.#boundaries(caller, holder),
      resource,
      resourceMustAllow: policyKind === 'trust',
      ownerConsents: caller.readableAccounts?.includes(owner) && isAuditAction(request.action),
    });
  }

  /** The user or role as it is now; undefined when it is gone, which leaves no permission. */
  #holderOf(caller: Caller): PolicyHolder | undefined {
    const { users, roles } = this.#sources;
    if (caller.kind === 'user')
      return sameOne(users.find(caller.account, caller.userName ?? ''), caller.principalId);
    const role = caller.session?.role;
    return role && sameOne(roles.find(caller.account, role.name), role.principalId);
  }

  #identityPolicies(holder: PolicyHolder | undefined): Policy[] {
    if (!holder) return [];
    const attached = holder.attachedPolicies.map((arn) =>
      this.#sources.policies.documentOf(holder.account, arn),
    );
    const texts = [...holder.inlinePolicies.map((policy) => policy.document), ...attached];
    return texts.filter((text) => text !== undefined).map((text) => this.#cache.compile(text, 'identity'));
  }

  #boundaries(caller: Caller, holder: PolicyHolder | undefined): DecisionInput['boundaries'] {
    const session = this.#sources.sessions.find(caller.accessKeyId ?? '');
    const boundaries: { source: 'a session policy' | 'a permissions boundary'; policy: Policy }[] = [];
    for (const text of session?.policies ?? []) {
      boundaries.push({ source: 'a session policy', policy: this.#cache.compile(text, 'identity') });
    }
    if (holder?.permissionsBoundary !== undefined) {
      const text = this.#sources.policies.documentOf(holder.account, holder.permissionsBoundary);
      const policy = text === undefined ? { statements: [] } : this.#cache.compile(text, 'identity');
      boundaries.push({ source: 'a permissions boundary', policy });
    }
    return boundaries;
  }

  /** Undefined when the policy cannot be read: it might hold a deny, so nothing is allowed. */
  #resourcePolicies({ resourcePolicy }: AuthorizationRequest, kind: PolicyKind): Policy[] | undefined {
    if (resourcePolicy === undefined) return [];
    try {
      return [this.#cache.compile(resourcePolicy, kind)];
    } catch (error) {
      if (error instanceof IdentityError) return undefined;
      throw error;
    }
  }
}

function sameOne<T extends PolicyHolder>(holder: T | undefined, id: string): T | undefined {
  return holder?.id === id ? holder : undefined;
}
