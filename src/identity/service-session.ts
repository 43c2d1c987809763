import type { PolicyAuthorizer } from './authorize.ts';
import type { AuthorizationRequest, Caller } from './caller.ts';
import { assumedRoleArn } from './credentials/access-keys.ts';
import { entityArn } from './directory/entities.ts';
import type { Roles } from './directory/roles.ts';

/** A service that acts under a role of its customer, as CloudTrail does to write into a log group. */
export interface ServiceSessionRequest {
  /** The service's DNS name, as trust policies name it: `cloudtrail.amazonaws.com`. */
  readonly service: string;
  /** On whose behalf it acts. */
  readonly account: string;
  readonly roleArn: string;
  readonly sessionName: string;
  /** `aws:SourceArn`, … for the trust policy's conditions. */
  readonly context?: AuthorizationRequest['context'];
}

/**
 * The role's session as the service has it, or undefined when there is no such role or its trust policy does not let
 * the service in. It lives inside this process only: no credentials are made, and each use asks the policies anew.
 */
export function serviceSession(
  { roles, authorizer, now }: { roles: Roles; authorizer: PolicyAuthorizer; now: () => number },
  { service, account, roleArn, sessionName, context }: ServiceSessionRequest,
): Caller | undefined {
  const found = /^arn:aws[\w-]*:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(roleArn);
  const role = found ? roles.find(found[1]!, found[2]!) : undefined;
  if (!role || entityArn('role', role) !== roleArn) return undefined;
  const question: AuthorizationRequest = {
    caller: { kind: 'service', account, arn: service, principalId: service },
    action: 'sts:AssumeRole',
    resource: roleArn,
    resourceAccount: role.account,
    resourcePolicy: role.trustPolicy,
    context: { ...context, 'sts:RoleSessionName': sessionName },
  };
  if (!authorizer.authorize(question, 'trust').allowed) return undefined;
  return {
    kind: 'assumed-role',
    account: role.account,
    arn: assumedRoleArn(role.account, role.name, sessionName),
    principalId: `${role.id}:${sessionName}`,
    session: {
      name: sessionName,
      role: { arn: roleArn, principalId: role.id, name: role.name },
      createdAt: `${new Date(now()).toISOString().slice(0, 19)}Z`,
    },
  };
}
