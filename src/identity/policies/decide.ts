import type { AuthorizationDecision, AuthorizationRequest } from '../caller.ts';
import type { ConditionContext } from './condition-context.ts';
import { evaluatePolicies } from './evaluate.ts';
import type { Policy } from './policy.ts';
import { type PolicySource, refusalText } from './refusal.ts';

/** Everything that has a say in one request. */
export interface DecisionInput {
  readonly request: AuthorizationRequest;
  readonly context: ConditionContext;
  /** The caller's own policies; `all` for an account's root. Unused for services and anonymous callers. */
  readonly identity: readonly Policy[] | 'all';
  /** Upper bounds: each of them must allow too. */
  readonly boundaries: readonly { readonly source: PolicySource; readonly policy: Policy }[];
  readonly resource: readonly Policy[];
  /** True for role trust policies: without their consent nothing goes, in the same account too. */
  readonly resourceMustAllow?: boolean;
  /** The owner's consent was given otherwise: accounts that the operator lets this caller read. */
  readonly ownerConsents?: boolean;
}

/**
 * Decides as AWS does: a deny anywhere wins; within an account the caller's or the resource's policy suffices;
 * between accounts both must allow.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(input: DecisionInput): AuthorizationDecision {
  const { request, context } = input;
  const { caller, action, resource } = request;
  const question = { caller, action, resource, context };
  const refuse = (reason: 'explicit deny' | 'no allow', source: PolicySource) =>
    ({ allowed: false, message: refusalText(request, reason, source) }) as const;

  const byResource = evaluatePolicies(input.resource, question);
  if (byResource.denied) return refuse('explicit deny', 'a resource-based policy');
  // Neither a service nor an anonymous caller (without account) has policies of its own.
  if (caller.kind === 'service' || caller.account === '') {
    return byResource.allowed ? { allowed: true } : refuse('no allow', 'a resource-based policy');
  }

  const byIdentity =
    input.identity === 'all'
      ? { denied: false, allowed: 'direct' }
      : evaluatePolicies(input.identity, question);
  if (byIdentity.denied) return refuse('explicit deny', 'an identity-based policy');
  const bounds = input.boundaries.map(({ source, policy }) => ({
    source,
    answer: evaluatePolicies([policy], question),
  }));
  for (const { source, answer } of bounds) if (answer.denied) return refuse('explicit deny', source);

  const sameAccount = (request.resourceAccount ?? caller.account) === caller.account;
  const grantedByResource = sameAccount && byResource.allowed === 'direct';
  if (!byIdentity.allowed && !grantedByResource) return refuse('no allow', 'an identity-based policy');
  if ((!sameAccount || input.resourceMustAllow) && !byResource.allowed && !input.ownerConsents) {
    return refuse('no allow', 'a resource-based policy');
  }
  for (const { source, answer } of bounds) if (!answer.allowed) return refuse('no allow', source);
  return { allowed: true };
}
