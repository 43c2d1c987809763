import type { IncomingMessage } from 'node:http';
import { authenticate, ServiceError } from '../aws/index.ts';
import type { Caller, Identity, Token } from '../identity/index.ts';
import { readBody } from './body.ts';
import { HttpError } from './http-error.ts';

/** Signing name of opentrail's own paths. */
export const OWN_SERVICE = 'opentrail';

/** What a call of the own paths is for; a bearer token is good for some of these, never for `admin`. */
export type Scope = 'ingest' | 'read' | 'flush' | 'sources' | 'admin';

const ACTIONS: Readonly<Record<Scope, string>> = {
  ingest: 'opentrail:PutEvents',
  read: 'opentrail:LookupEvents',
  flush: 'opentrail:Flush',
  sources: 'opentrail:ManageSources',
  admin: 'opentrail:Administer',
};

/** Who calls one of the own paths, after it was found that he may, and the body he sent. */
export interface OwnCall {
  readonly caller: Caller;
  readonly account: string;
  readonly region: string;
  readonly body: Buffer;
}

/**
 * Finds the caller of one of the own paths, by signature (service `opentrail`) or bearer token, asks whether he may,
 * and reads the body. @throws HttpError 401, 403, 413
 */
export async function admit(
  req: IncomingMessage,
  scope: Scope,
  maxBody: number,
  house: { readonly identity: Identity; readonly now: () => number; readonly region: string },
): Promise<OwnCall> {
  const { identity, now } = house;
  const bearer = bearerOf(req.headers.authorization ?? '');
  if (bearer !== undefined) {
    const token = await identity.findToken(bearer);
    if (!token) throw new HttpError(401, 'InvalidToken', 'the bearer token is unknown, revoked or expired');
    if (!token.scopes.some((one) => one === scope)) {
      throw new HttpError(
        403,
        'AccessDenied',
        `the bearer token is good for ${token.scopes.join(', ')}, not for ${scope}`,
      );
    }
    const body = await readBody(req, maxBody);
    return { caller: tokenCaller(token), account: token.account, region: house.region, body };
  }
  const { caller, region, body } = await authenticate({
    req,
    findAccessKey: (id) => identity.findAccessKey(id),
    now: now(),
    allowedServices: [OWN_SERVICE],
    limit: maxBody,
  }).catch((error: unknown) => {
    if (!(error instanceof ServiceError)) throw error;
    throw new HttpError(
      error.status === undefined || error.status === 400 ? 401 : error.status,
      error.code,
      error.message,
    );
  });
  const decision = await identity.authorize({ caller, action: ACTIONS[scope], resource: '*' });
  if (!decision.allowed) throw new HttpError(403, 'AccessDenied', decision.message);
  return { caller, account: caller.account, region, body };
}

/** A token, or one that stands as the password of HTTP Basic: some senders know nothing else. */
function bearerOf(authorization: string): string | undefined {
  const [, scheme = '', value = ''] = /^(Bearer|Basic)\s+(\S+)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== 'basic') return scheme === '' ? undefined : value;
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

/** A token is nobody's user: it has the rights of its scopes in its account. */
function tokenCaller({ account, id, name }: Token): Caller {
  return {
    kind: 'user',
    account,
    arn: `arn:aws:iam::${account}:token/${id}`,
    principalId: id,
    userName: name,
  };
}
