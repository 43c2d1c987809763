import type * as client from '@aws-sdk/client-cloudwatch-logs';
import type { Handlers } from '../../aws/index.ts';
import type { Logs } from '../../logs/index.ts';

/** What CloudWatch Logs' operations need of the house. */
export interface LogsDependencies {
  readonly logs: Logs;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Handlers of CloudWatch Logs' operations. */
export type LogsHandlers = Handlers<typeof client>;
