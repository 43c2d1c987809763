export type { AssumedRole, AssumeRoleRequest } from './assume-role.ts';
export type {
  AccessKeySecret,
  Authenticator,
  AuthorizationDecision,
  AuthorizationRequest,
  Authorizer,
  Caller,
} from './caller.ts';
export type { Random } from './credentials/random-credentials.ts';
export type { KeyPair } from './credentials/root.ts';
export { type NewToken, TOKEN_SCOPES, type Token, type TokenScope } from './credentials/tokens.ts';
export {
  type AccessKey,
  entityArn,
  type InlinePolicy,
  type ManagedPolicy,
  type PolicyHolder,
  type PolicyVersion,
  type Role,
  type Session,
  type Tag,
  type User,
} from './directory/entities.ts';
export { type Identity, type IdentityOptions, openIdentity, type PresetUser } from './identity.ts';
export { IdentityError, type IdentityErrorCode } from './identity-error.ts';
export { parsePolicy } from './policies/parse-policy.ts';
export type { Policy, PolicyKind } from './policies/policy.ts';
export { PRESETS, type PresetName, presetPolicy } from './presets.ts';
export type { ServiceSessionRequest } from './service-session.ts';
