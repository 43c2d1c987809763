import type { Caller } from '../caller.ts';
import type { ConditionContext } from './condition-context.ts';
import type { Pattern } from './pattern.ts';
import type { Element, Policy, Statement } from './policy.ts';
import { matchPrincipal, type PrincipalMatch } from './principal.ts';

/** What the statements are asked. */
export interface PolicyQuestion {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  readonly context: ConditionContext;
}

/** What policies say; a deny wins over every allow. */
export interface PolicyAnswer {
  readonly denied: boolean;
  /** In identity policies always `direct`. */
  readonly allowed: PrincipalMatch;
}

/** Asks all policies; those of one kind count as one. */
export function evaluatePolicies(policies: readonly Policy[], question: PolicyQuestion): PolicyAnswer {
  let allowed: PrincipalMatch;
  for (const policy of policies) {
    for (const statement of policy.statements) {
      if (statement.effect === 'Allow' && allowed === 'direct') continue;
      const match = matchStatement(statement, question);
      if (!match) continue;
      if (statement.effect === 'Deny') return { denied: true, allowed: undefined };
      if (match === 'direct' || !allowed) allowed = match;
    }
  }
  return { denied: false, allowed };
}

function matchStatement(statement: Statement, question: PolicyQuestion): PrincipalMatch {
  const { action, resource, context } = question;
  if (!matchElement(statement.actions, action, context)) return undefined;
  if (statement.resources && !matchElement(statement.resources, resource, context)) return undefined;
  const match = matchPrincipals(statement, question.caller);
  return match && statement.conditions.every((holds) => holds(context)) ? match : undefined;
}

function matchPrincipals({ principals }: Statement, caller: Caller): PrincipalMatch {
  if (!principals) return 'direct';
  const match = matchPrincipal(principals.entries, caller);
  if (!principals.not) return match;
  return match ? undefined : 'direct';
}

function matchElement(element: Element<Pattern>, text: string, context: ConditionContext): boolean {
  return element.entries.some((matches) => matches(text, context)) !== element.not;
}
