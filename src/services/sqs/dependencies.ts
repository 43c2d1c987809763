import type { Queues } from '../../queues/index.ts';

/** What SQS's operations need of the house. */
export interface SqsDependencies {
  readonly queues: Queues;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Address under which others reach this server; undefined: the one that each client itself used. */
  readonly publicUrl?: string;
}
