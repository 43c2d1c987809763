import type { AccessKeySecret, Caller } from '../caller.ts';
import { entityArn, type Role, type Session, type User } from '../directory/entities.ts';
import type { KeyPair } from './root.ts';

/** Active long-term keys of users by id, ready for the check of a signature: one look-up on every request. */
export class AccessKeyIndex {
  readonly #secrets = new Map<string, AccessKeySecret>();
  readonly #owners = new Map<string, { readonly account: string; readonly userName: string }>();

  get(accessKeyId: string): AccessKeySecret | undefined {
    return this.#secrets.get(accessKeyId);
  }

  /** Whose key it is, also of an inactive one. */
  ownerOf(accessKeyId: string): { readonly account: string; readonly userName: string } | undefined {
    return this.#owners.get(accessKeyId);
  }

  /** Follows a user from one durable form to the next. */
  replace(before: User | undefined, after: User | undefined): void {
    for (const { id } of before?.accessKeys ?? []) {
      this.#secrets.delete(id);
      this.#owners.delete(id);
    }
    for (const key of after?.accessKeys ?? []) {
      this.#owners.set(key.id, { account: after!.account, userName: after!.name });
      if (!key.active) continue;
      this.#secrets.set(key.id, { secretAccessKey: key.secret, caller: userCaller(after!, key.id) });
    }
  }
}

/** The main account's root with its own key. */
export function rootSecret(account: string, pair: KeyPair): AccessKeySecret {
  return { secretAccessKey: pair.secretAccessKey, caller: rootCaller(account, pair.accessKeyId) };
}

/** Temporary credentials; `holder` is the user or role behind them, as it is now. */
export function sessionSecret(
  session: Session,
  holder: User | Role | undefined,
): AccessKeySecret | undefined {
  const caller = sessionCaller(session, holder);
  if (!caller) return undefined;
  return {
    secretAccessKey: session.secret,
    sessionToken: session.token,
    expiresAt: session.expiresAt,
    caller,
  };
}

function sessionCaller(session: Session, holder: User | Role | undefined): Caller | undefined {
  const { of, account, accessKeyId } = session;
  const createdAt = wholeSeconds(session.createdAt);
  if (of.kind === 'root') return { ...rootCaller(account, accessKeyId), sessionCreatedAt: createdAt };
  // A user or role that was deleted, and made again under the old name, is another one: its sessions have ended.
  if (holder?.id !== of.id) return undefined;
  if (of.kind === 'user') return { ...userCaller(holder as User, accessKeyId), sessionCreatedAt: createdAt };
  return {
    kind: 'assumed-role',
    account,
    arn: assumedRoleArn(account, holder.name, of.sessionName),
    principalId: `${of.id}:${of.sessionName}`,
    accessKeyId,
    session: {
      name: of.sessionName,
      role: { arn: entityArn('role', holder), principalId: of.id, name: holder.name },
      createdAt,
    },
  };
}

/** ARN of a role's session; the role's path is not part of it. */
export function assumedRoleArn(account: string, roleName: string, sessionName: string): string {
  return `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}`;
}

function rootCaller(account: string, accessKeyId: string): Caller {
  return { kind: 'root', account, arn: `arn:aws:iam::${account}:root`, principalId: account, accessKeyId };
}

function userCaller(user: User, accessKeyId: string): Caller {
  const { account, name, id, readableAccounts } = user;
  return {
    kind: 'user',
    account,
    arn: entityArn('user', user),
    principalId: id,
    userName: name,
    accessKeyId,
    ...(readableAccounts && readableAccounts.length > 0 && { readableAccounts }),
  };
}

function wholeSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
