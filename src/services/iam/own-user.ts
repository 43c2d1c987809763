import { type CallContext, ServiceError } from '../../aws/index.ts';

/** The user that a call is about: the one it names, else the caller. @throws ValidationError for other callers */
export function userNameOf(input: { readonly UserName?: string }, { caller }: CallContext): string {
  if (input.UserName !== undefined) return input.UserName;
  if (caller.kind === 'user' && caller.userName !== undefined) return caller.userName;
  throw new ServiceError('ValidationError', 'Must specify userName when calling with non-User credentials');
}
