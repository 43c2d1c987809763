import { type Facts, textOf } from '../facts.ts';

/** A user of the schema: the caller, or whom the call is about. */
export type OcsfUser = Readonly<Record<string, unknown>>;

/** `user.type_id`, by `userIdentity.type`. */
const USER_TYPES: ReadonlyMap<string, readonly [id: number, caption: string]> = new Map([
  ['IAMUser', [1, 'User']],
  ['Root', [2, 'Admin']],
  ['AWSService', [3, 'System']],
  ['AWSAccount', [99, 'AWSAccount']],
  ['AssumedRole', [99, 'AssumedRole']],
  ['Role', [99, 'Role']],
  ['FederatedUser', [1, 'User']],
  ['SAMLUser', [1, 'User']],
  ['WebIdentityUser', [1, 'User']],
  ['IdentityCenterUser', [1, 'User']],
  ['Directory', [1, 'User']],
]);

/** `actor`: always something, since the schema wants at least one of its members. */
export function actorOf(facts: Facts): Readonly<Record<string, unknown>> {
  const { identity, eventSource, caller, named } = facts;
  const user = callerOf(facts);
  const service = textOf(identity.invokedBy) ?? (user === undefined ? caller : undefined);
  const provider = textOf(identity.identityProvider);
  return {
    ...(user && { user }),
    ...sessionOf(facts),
    ...(service !== undefined && { app_name: service }),
    // Insights and some events of services have no identity: what they are about stands in.
    ...(!user && service === undefined && { app_uid: eventSource || textOf(named.eventType) || 'unknown' }),
    ...(provider !== undefined && { idp: { name: provider } }),
  };
}

/** The caller as a user; undefined when the record names nobody. */
export function callerOf(facts: Facts): OcsfUser | undefined {
  const { identity, user: name } = facts;
  const uid = textOf(identity.arn) ?? textOf(identity.principalId);
  const account = accountOf(textOf(identity.accountId), facts.enriched('enrich.account.caller'));
  if (name === undefined && uid === undefined && account === undefined) return undefined;
  const type = textOf(identity.type);
  const [typeId, caption] = USER_TYPES.get(type ?? '') ?? (type === undefined ? [0, 'Unknown'] : [99, type]);
  const alternative = uid === identity.principalId ? undefined : textOf(identity.principalId);
  return {
    type_id: typeId,
    type: caption,
    ...(name !== undefined && { name }),
    ...(uid !== undefined && { uid }),
    ...(alternative !== undefined && { uid_alt: alternative }),
    ...(account && { account }),
  };
}

/** An AWS account of the schema. */
export function accountOf(
  id: string | undefined,
  name?: string,
): Readonly<Record<string, unknown>> | undefined {
  if (id === undefined) return undefined;
  return { uid: id, type_id: 10, type: 'AWS Account', ...(name !== undefined && { name }) };
}

function sessionOf({ identity, session, issuer }: Facts): Readonly<Record<string, unknown>> {
  const attributes = session.attributes as Readonly<Record<string, unknown>> | null | undefined;
  const created = Date.parse(textOf(attributes?.creationDate)?.slice(0, 40) ?? '');
  const mfa = attributes?.mfaAuthenticated;
  const members = {
    ...(textOf(identity.accessKeyId) !== undefined && { credential_uid: identity.accessKeyId }),
    ...(textOf(issuer.arn) !== undefined && { issuer: issuer.arn }),
    ...(Number.isFinite(created) && { created_time: created }),
    ...((mfa === 'true' || mfa === 'false') && { is_mfa: mfa === 'true' }),
  };
  return Object.keys(members).length > 0 ? { session: members } : {};
}
