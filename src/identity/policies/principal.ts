import type { Caller } from '../caller.ts';

/**
 * How a resource policy names a caller. `direct`: it names them, or everyone. `account`: it names their account,
 * which leaves the decision to that account's own policies.
 */
export type PrincipalMatch = 'direct' | 'account' | undefined;

/** One entry of a `Principal` element. */
export interface PrincipalEntry {
  readonly kind: 'AWS' | 'Service' | 'Federated' | 'CanonicalUser';
  readonly value: string;
}

const ACCOUNT = /^(?:arn:aws[\w-]*:iam::)?(\d{12})(?::root)?$/;

/** True for entries that IAM accepts under `AWS`: `*`, an account, an ARN of iam or sts, a unique id. */
export function isAwsPrincipal(value: string): boolean {
  return (
    value === '*' ||
    ACCOUNT.test(value) ||
    /^arn:aws[\w-]*:iam::\d{12}:(?:user|role)\/[^*?]+$/.test(value) ||
    /^arn:aws[\w-]*:sts::\d{12}:(?:assumed-role|federated-user)\/[^*?]+$/.test(value) ||
    /^A(?:IDA|ROA)[A-Z2-7]{12,124}$/.test(value)
  );
}

/** The strongest way in which the entries name the caller. */
export function matchPrincipal(entries: readonly PrincipalEntry[], caller: Caller): PrincipalMatch {
  let match: PrincipalMatch;
  for (const entry of entries) {
    const found = matchEntry(entry, caller);
    if (found === 'direct') return found;
    match ??= found;
  }
  return match;
}

function matchEntry({ kind, value }: PrincipalEntry, caller: Caller): PrincipalMatch {
  if (kind === 'AWS' && value === '*') return 'direct';
  if (caller.kind === 'service') return kind === 'Service' && value === caller.arn ? 'direct' : undefined;
  if (kind !== 'AWS') return undefined;
  if (ACCOUNT.exec(value)?.[1] === caller.account) return caller.kind === 'root' ? 'direct' : 'account';
  const names = [caller.arn, caller.principalId, caller.session?.role.arn, caller.session?.role.principalId];
  return names.includes(value) ? 'direct' : undefined;
}
