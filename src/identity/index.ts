export type {
  AccessKeySecret,
  AuthorizationDecision,
  AuthorizationRequest,
  Authenticator,
  Authorizer,
  Caller,
} from './caller.ts';
