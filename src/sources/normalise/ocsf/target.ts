import { type Facts, textOf } from '../facts.ts';
import { accountOf, callerOf, type OcsfUser } from './actor.ts';

/** The user or role that an account change is about. The caller, where the request names nobody: users change themselves. */
export function changedUser(facts: Facts): OcsfUser {
  const { request, response } = facts;
  const user = textOf(request.userName);
  const role = textOf(request.roleName) ?? textOf(request.aWSServiceName);
  const account = accountOf(textOf(facts.record.recipientAccountId));
  const name = user ?? role;
  if (name === undefined) return callerOf(facts) ?? { name: 'unknown', type_id: 0, type: 'Unknown' };
  const made = (user === undefined ? response.role : response.user) as
    | Readonly<Record<string, unknown>>
    | undefined;
  const arn = textOf(made?.arn);
  return {
    name,
    ...(user === undefined ? { type_id: 99, type: 'Role' } : { type_id: 1, type: 'User' }),
    ...(arn !== undefined && { uid: arn }),
    ...(account && { account }),
  };
}

/** Who signs in: a role that is assumed, else the caller. */
export function signedInUser(facts: Facts): OcsfUser {
  const { request, response } = facts;
  const role = textOf(request.roleArn) ?? textOf(request.targetPrincipal);
  if (role !== undefined) {
    const made = response.assumedRoleUser as Readonly<Record<string, unknown>> | null | undefined;
    const id = textOf(made?.assumedRoleId);
    const name = role.slice(role.lastIndexOf('/') + 1) || role;
    return { name, uid: role, type_id: 99, type: 'Role', ...(id !== undefined && { uid_alt: id }) };
  }
  return callerOf(facts) ?? { name: facts.user ?? 'unknown', type_id: 0, type: 'Unknown' };
}

/** The group that is managed. */
export function managedGroup({ request }: Facts): Readonly<Record<string, unknown>> {
  return { name: textOf(request.groupName) ?? 'unknown' };
}

/** The user who joins or leaves a group. */
export function groupMember({ request }: Facts): OcsfUser | undefined {
  const name = textOf(request.userName);
  return name === undefined ? undefined : { name, type_id: 1, type: 'User' };
}

/** The policies that are attached or detached. */
export function changedPolicies({
  request,
}: Facts): readonly Readonly<Record<string, unknown>>[] | undefined {
  const [uid, name] = [textOf(request.policyArn), textOf(request.policyName)];
  if (uid === undefined && name === undefined) return undefined;
  return [{ ...(uid !== undefined && { uid }), ...(name !== undefined && { name }) }];
}

/** The policy that is managed, as an entity. */
export function managedPolicy(facts: Facts): Readonly<Record<string, unknown>> {
  const made = facts.response.policy as Readonly<Record<string, unknown>> | null | undefined;
  const [asked] = changedPolicies(facts) ?? [];
  const uid = textOf(asked?.uid) ?? textOf(made?.arn);
  const name = textOf(asked?.name) ?? textOf(made?.policyName) ?? (uid === undefined ? 'unknown' : undefined);
  const policy = { ...(uid !== undefined && { uid }), ...(name !== undefined && { name }) };
  return { type_id: 5, type: 'Policy', policy };
}
