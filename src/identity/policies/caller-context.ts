import type { AuthorizationRequest, Caller } from '../caller.ts';
import type { Tag } from '../directory/entities.ts';
import type { ConditionEntries } from './condition-context.ts';

/**
 * The global condition keys that follow from the caller and the clock; those of the connection
 * (`aws:SourceIp`, `aws:SecureTransport`, …) come with the request.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function* callerConditions(
  request: AuthorizationRequest,
  tags: readonly Tag[],
  now: number,
): ConditionEntries {
  // First: what the request says of itself can never replace what is known of the caller.
  yield* Object.entries(request.context ?? {});
  const { caller } = request;
  yield ['aws:CurrentTime', new Date(now).toISOString()];
  yield ['aws:EpochTime', String(Math.floor(now / 1000))];
  yield ['aws:ResourceAccount', request.resourceAccount ?? caller.account];
  yield ['aws:PrincipalIsAWSService', String(caller.kind === 'service')];
  if (caller.kind === 'service') {
    yield ['aws:PrincipalServiceName', caller.arn];
    return;
  }
  if (caller.account === '') {
    yield ['aws:PrincipalType', 'Anonymous'];
    yield ['aws:userid', 'anonymous'];
    return;
  }
  yield ['aws:PrincipalArn', caller.session?.role.arn ?? caller.arn];
  yield ['aws:PrincipalAccount', caller.account];
  yield ['aws:PrincipalType', PRINCIPAL_TYPES[caller.kind]];
  yield ['aws:userid', caller.principalId];
  if (caller.kind === 'user') yield ['aws:username', caller.userName];
  const since = caller.session?.createdAt ?? caller.sessionCreatedAt;
  if (since !== undefined) {
    yield ['aws:TokenIssueTime', since];
    yield ['aws:MultiFactorAuthPresent', 'false'];
  }
  for (const { Key, Value } of tags) yield [`aws:PrincipalTag/${Key}`, Value];
}

const PRINCIPAL_TYPES: Readonly<Record<Exclude<Caller['kind'], 'service'>, string>> = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
};
