import type * as client from '@aws-sdk/client-cloudwatch-logs';
import type { Handlers } from '../../aws/index.ts';
import type { Logs, SubscriptionDestinations } from '../../logs/index.ts';

/** What CloudWatch Logs' operations need of the house. */
export interface LogsDependencies {
  readonly logs: Logs;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where subscriptions may send to; absent: they are refused. */
  readonly destinations?: SubscriptionDestinations;
}

/** Handlers of CloudWatch Logs' operations. */
export type LogsHandlers = Handlers<typeof client>;
