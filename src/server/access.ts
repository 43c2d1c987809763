import type { IncomingMessage } from 'node:http';
import { authenticate } from '../aws/index.ts';
import type { Caller, Identity } from '../identity/index.ts';
import { HttpError } from './http-error.ts';

/** Signing name of opentrail's own paths. */
export const OWN_SERVICE = 'opentrail';

/** What a bearer token may be good for; a signed request is asked for its policies instead. */
export type Scope = 'ingest' | 'read' | 'flush' | 'admin';

const ACTIONS: Readonly<Record<Scope, string>> = {
  ingest: 'opentrail:PutEvents',
  read: 'opentrail:LookupEvents',
  flush: 'opentrail:Flush',
  admin: 'opentrail:Administer',
};

/** Who calls one of the own paths, after it was found that he may. */
export interface OwnCall {
  readonly caller: Caller;
  readonly account: string;
  readonly region: string;
}

/**
 * Finds the caller of one of the own paths, by signature (service `opentrail`) or bearer token, and asks whether he
 * may. @throws HttpError 401, 403
 */
export async function admit(
  req: IncomingMessage,
  body: Buffer,
  scope: Scope,
  house: { readonly identity: Identity; readonly now: () => number; readonly region: string },
): Promise<OwnCall> {
  const { identity, now } = house;
  const bearer = /^Bearer\s+(\S+)$/i.exec(req.headers.authorization ?? '');
  if (bearer) {
    const token = await identity.findToken(bearer[1]!);
    if (!token) throw new HttpError(401, 'InvalidToken', 'the bearer token is unknown, revoked or expired');
    if (!token.scopes.includes(scope)) {
      throw new HttpError(403, 'AccessDenied', `the bearer token is good for ${token.scopes.join(', ')}, not for ${scope}`);
    }
    return { caller: token.caller, account: token.caller.account, region: house.region };
  }
  const found = await authenticate({
    req,
    body,
    findAccessKey: (id) => identity.findAccessKey(id),
    now: now(),
    services: [OWN_SERVICE],
  }).catch((error: { status?: number; code?: string; message: string }) => {
    throw new HttpError(error.status === 403 ? 403 : 401, error.code ?? 'Unauthorized', error.message);
  });
  const decision = await identity.authorize({ caller: found.caller, action: ACTIONS[scope], resource: '*' });
  if (!decision.allowed) throw new HttpError(403, 'AccessDenied', decision.message);
  return { caller: found.caller, account: found.caller.account, region: found.region };
}
