import type * as client from '@aws-sdk/client-cloudwatch';
import type { Handlers } from '../../aws/index.ts';
import type { CloudWatch } from '../../cloudwatch/index.ts';

/** What CloudWatch's operations need of the house. */
export interface CloudWatchDependencies {
  readonly cloudWatch: CloudWatch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Why nothing may be written now (a full disk); undefined while all is well. */
  readonly refusal?: () => string | undefined;
}

/** Handlers of CloudWatch's operations. */
export type CloudWatchHandlers = Handlers<typeof client>;
