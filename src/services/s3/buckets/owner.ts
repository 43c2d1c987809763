import { createHash } from 'node:crypto';

/**
 * The canonical user id of an account: 64 hex digits that are the same forever. AWS's own are random; ours follow from
 * the account, so that no table of them can be lost.
 */
export function canonicalId(account: string): string {
  return createHash('sha256').update(`opentrail canonical user ${account}`).digest('hex');
}
