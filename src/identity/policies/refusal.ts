import type { AuthorizationRequest } from '../caller.ts';

/** Which kind of policy refused, as AWS names it. */
export type PolicySource =
  | 'an identity-based policy'
  | 'a resource-based policy'
  | 'a session policy'
  | 'a permissions boundary';

/**
 * AWS's words for a refusal.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html#access-denied-error-examples
 */
export function refusalText(
  { caller, action, resource }: AuthorizationRequest,
  reason: 'explicit deny' | 'no allow',
  source: PolicySource,
): string {
  const refused = `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`;
  if (reason === 'explicit deny') return `${refused} with an explicit deny in ${source}`;
  return `${refused} because no ${source.replace(/^an? /, '')} allows the ${action} action`;
}
