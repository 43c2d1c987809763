import type { PolicyAuthorizer } from './authorize.ts';
import type { AuthorizationRequest, Caller } from './caller.ts';
import { assumedRoleArn } from './credentials/access-keys.ts';
import type { Sessions } from './credentials/sessions.ts';
import type { Session } from './directory/entities.ts';
import { entityArn } from './directory/entities.ts';
import type { ManagedPolicies } from './directory/managed-policies.ts';
import type { Roles } from './directory/roles.ts';
import { IdentityError } from './identity-error.ts';
import { parsePolicy } from './policies/parse-policy.ts';

/** A call of sts:AssumeRole. */
export interface AssumeRoleRequest {
  readonly caller: Caller;
  readonly roleArn: string;
  readonly sessionName: string;
  /** Seconds, 900 to the role's maximum; default 3600. */
  readonly duration?: number;
  /** Session policies: documents, and ARNs of managed policies. */
  readonly policy?: string;
  readonly policyArns?: readonly string[];
  /** `sts:ExternalId`, `aws:SourceIp`, … for the trust policy's conditions. */
  readonly context?: AuthorizationRequest['context'];
}

/** What AssumeRole answers. */
export interface AssumedRole {
  readonly session: Session;
  readonly arn: string;
  /** `AROA…:session` */
  readonly assumedRoleId: string;
  /** Characters of the session policies. */
  readonly policySize: number;
}

/** What assuming a role needs of identity. */
export interface AssumeRoleSources {
  readonly roles: Roles;
  readonly policies: ManagedPolicies;
  readonly sessions: Sessions;
  readonly authorizer: PolicyAuthorizer;
}

const LEAST = 900;
const DEFAULT = 3_600;
/** A session that assumes a role (role chaining) gets one hour at most. */
const MOST_CHAINED = 3_600;
const MAX_SESSION_POLICY = 2_048;

/**
 * Makes a role's session if the role's trust policy and the caller's own policies let it.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 * @throws IdentityError AccessDenied (also for a role that does not exist: strangers learn nothing),
 * ValidationError, MalformedPolicyDocument
 */
export async function assumeRole(
  sources: AssumeRoleSources,
  request: AssumeRoleRequest,
): Promise<AssumedRole> {
  const { caller, roleArn, sessionName } = request;
  const found = /^arn:aws[\w-]*:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(roleArn);
  if (!found) throw new IdentityError('ValidationError', `${roleArn.slice(0, 2048)} is invalid`);
  checkSessionName(sessionName);
  if (caller.kind === 'root') {
    throw new IdentityError('AccessDenied', 'Roles may not be assumed by root accounts.');
  }
  const role = sources.roles.find(found[1]!, found[2]!);
  const isFound = role !== undefined && entityArn('role', role) === roleArn;
  if (!isFound || !isTrusted(sources.authorizer, request, role.account, role.trustPolicy)) {
    throw new IdentityError(
      'AccessDenied',
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    );
  }
  const duration = request.duration ?? DEFAULT;
  checkDuration(duration, role.maxSessionDuration, caller.kind === 'assumed-role');
  const policies = sessionPolicies(sources.policies, role.account, request);
  const session = await sources.sessions.create({
    account: role.account,
    of: { kind: 'role', name: role.name, id: role.id, sessionName },
    duration,
    ...(policies.length > 0 && { policies }),
  });
  return {
    session,
    arn: assumedRoleArn(role.account, role.name, sessionName),
    assumedRoleId: `${role.id}:${sessionName}`,
    policySize: policies.reduce((sum, policy) => sum + policy.length, 0),
  };
}

function isTrusted(
  authorizer: PolicyAuthorizer,
  { caller, roleArn, sessionName, context }: AssumeRoleRequest,
  resourceAccount: string,
  trustPolicy: string,
): boolean {
  const question = {
    caller,
    action: 'sts:AssumeRole',
    resource: roleArn,
    resourceAccount,
    resourcePolicy: trustPolicy,
    context: { ...context, 'sts:RoleSessionName': sessionName },
  };
  return authorizer.authorize(question, 'trust').allowed;
}

/**
 * The texts that bound the session. Several managed policies count as one (their union), which is written as one
 * document.
 */
function sessionPolicies(policies: ManagedPolicies, account: string, request: AssumeRoleRequest): string[] {
  const documents: string[] = [];
  if (request.policy !== undefined) documents.push(request.policy);
  for (const arn of request.policyArns ?? []) {
    const document = policies.documentOf(account, arn);
    if (document === undefined)
      throw new IdentityError('NoSuchEntity', `Policy ${arn.slice(0, 2048)} was not found.`);
    documents.push(document);
  }
  if (documents.length === 0) return [];
  const statements = documents.flatMap((document) => {
    parsePolicy(document, 'identity');
    const { Statement } = JSON.parse(document) as { Statement: object | object[] };
    return Statement;
  });
  if ((request.policy?.length ?? 0) > MAX_SESSION_POLICY) {
    throw new IdentityError(
      'ValidationError',
      `1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to ${MAX_SESSION_POLICY}`,
    );
  }
  const unnamed = statements.map((statement) => ({ ...statement, Sid: undefined }));
  return [JSON.stringify({ Version: '2012-10-17', Statement: unnamed })];
}

function checkSessionName(name: string): void {
  if (name.length >= 2 && name.length <= 64 && /^[\w+=,.@-]*$/.test(name)) return;
  const rule =
    name.length < 2
      ? 'have length greater than or equal to 2'
      : name.length > 64
        ? 'have length less than or equal to 64'
        : 'satisfy regular expression pattern: [\\w+=,.@-]*';
  throw new IdentityError(
    'ValidationError',
    `1 validation error detected: Value '${name.slice(0, 200)}' at 'roleSessionName' failed to satisfy constraint: Member must ${rule}`,
  );
}

function checkDuration(duration: number, most: number, isChained: boolean): void {
  if (!Number.isInteger(duration) || duration < LEAST) {
    throw new IdentityError(
      'ValidationError',
      `1 validation error detected: Value '${duration}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to ${LEAST}`,
    );
  }
  if (isChained && duration > MOST_CHAINED) {
    throw new IdentityError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  if (duration > most) {
    throw new IdentityError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
}
