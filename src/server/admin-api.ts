import {
  type Identity,
  IdentityError,
  PRESETS,
  type PresetName,
  TOKEN_SCOPES,
  type Token,
  type TokenScope,
  type User,
} from '../identity/index.ts';
import type { OwnCall } from './access.ts';
import { HttpError } from './http-error.ts';
import type { Question } from './question.ts';

/** `POST /v1/admin/users`: create (the secret is shown this once), list, delete. */
export async function answerUsers(question: Question, own: OwnCall, identity: Identity): Promise<unknown> {
  const account = accountOf(question, own, identity);
  switch (question.mustText('op')) {
    case 'create': {
      const preset = question.text('preset') ?? 'admin';
      if (!PRESETS.includes(preset as PresetName)) {
        throw new HttpError(
          400,
          'InvalidRequest',
          `preset must be one of ${PRESETS.join(', ')}, found ${JSON.stringify(preset)}`,
        );
      }
      const { user, accessKey } = await asked(() =>
        identity.createPresetUser({
          account,
          name: question.mustText('userName'),
          preset: preset as PresetName,
          readableAccounts: question.texts('readAccounts') ?? [],
        }),
      );
      const { accessKeyId, secretAccessKey } = accessKey;
      return { ...userLine(user), accessKeyId, secretAccessKey };
    }
    case 'list':
      return { users: identity.users.list(account).map(userLine) };
    case 'delete': {
      const name = question.mustText('userName');
      await asked(() => identity.removeUser(account, name));
      return {};
    }
    default:
      throw unknownOp('create, list, delete');
  }
}

/** `POST /v1/admin/tokens`: create (the token is shown this once), list, revoke. */
export async function answerTokens(
  question: Question,
  own: OwnCall,
  identity: Identity,
  now: () => number,
): Promise<unknown> {
  switch (question.mustText('op')) {
    case 'create': {
      const scope = question.mustText('scope') as TokenScope;
      if (!TOKEN_SCOPES.includes(scope)) {
        throw new HttpError(
          400,
          'InvalidRequest',
          `scope must be one of ${TOKEN_SCOPES.join(', ')}, found ${JSON.stringify(scope)}`,
        );
      }
      const expiresIn = question.number('expiresInMs');
      const { secret, token } = await asked(() =>
        identity.createToken({
          account: accountOf(question, own, identity),
          name: question.text('description') ?? scope,
          scopes: [scope],
          ...(expiresIn !== undefined && { expiresAt: now() + expiresIn }),
        }),
      );
      return { ...tokenLine(token), token: secret };
    }
    case 'list': {
      const all = own.account === identity.accountId ? undefined : own.account;
      return { tokens: (await identity.listTokens(all)).map(tokenLine) };
    }
    case 'revoke': {
      const id = question.mustText('id');
      const token = (await identity.listTokens()).find((one) => one.id === id);
      const mine = token && (own.account === identity.accountId || token.account === own.account);
      if (!mine) throw new HttpError(404, 'NotFound', `there is no token ${id}`);
      await identity.revokeToken(token.account, id);
      return {};
    }
    default:
      throw unknownOp('create, list, revoke');
  }
}

/** `POST /v1/admin/root`: new root keys replace the old ones at once, also in the credentials' file. */
export async function answerRoot(
  question: Question,
  own: OwnCall,
  identity: Identity,
  writeRootCredentials: () => Promise<void>,
): Promise<unknown> {
  if (question.mustText('op') !== 'rotate') throw unknownOp('rotate');
  if (own.caller.kind !== 'root')
    throw new HttpError(403, 'AccessDenied', 'only the root key itself can be used to rotate it');
  const pair = await asked(() => identity.rotateRoot());
  await writeRootCredentials();
  return pair;
}

/** The main account administers all accounts, the others themselves. */
function accountOf(question: Question, own: OwnCall, identity: Identity): string {
  const account = question.text('account') ?? own.account;
  if (account !== own.account && own.account !== identity.accountId) {
    throw new HttpError(403, 'AccessDenied', `you may not administer account ${account}`);
  }
  return account;
}

function userLine(user: User) {
  const { name: userName, account, preset, createdAt } = user;
  return {
    userName,
    account,
    arn: `arn:aws:iam::${account}:user${user.path}${userName}`,
    ...(preset && { preset }),
    createdAt,
  };
}

function tokenLine({ id, scopes, account, name, createdAt, expiresAt }: Token) {
  return {
    id,
    scope: scopes.join(','),
    account,
    description: name,
    createdAt,
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

function unknownOp(known: string): HttpError {
  return new HttpError(400, 'InvalidRequest', `op must be one of ${known}`);
}

/** Identity's refusals as HTTP: the code says what, the message is for people. */
async function asked<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    const status = error.code === 'NoSuchEntity' ? 404 : error.code === 'EntityAlreadyExists' ? 409 : 400;
    throw new HttpError(status, error.code, error.message);
  }
}
