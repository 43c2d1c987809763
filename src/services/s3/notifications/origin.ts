import type { CallContext } from '../../../aws/index.ts';
import type { NoticeOrigin } from '../../../objects/index.ts';

/** Who makes a call, as those who are told of it get to see him. */
export function originOf({ caller, account, sourceIp, requestId }: CallContext): NoticeOrigin {
  return { principalId: caller.principalId, account, sourceIp, requestId };
}
