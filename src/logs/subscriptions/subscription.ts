import type { LogsPlace } from '../log-group.ts';

/** Events of one append that one filter's destination is owed. */
export interface OwedLogBatch extends LogsPlace {
  readonly group: string;
  readonly stream: string;
  readonly filter: string;
  readonly destination: string;
  /** Milliseconds since the epoch, when they were appended. */
  readonly at: number;
  readonly events: readonly { readonly time: number; readonly seq: number; readonly message: string }[];
}

/** A destination says no for good, or until somebody changes something; anything else thrown is a passing trouble. */
export class SubscriptionRefusal extends Error {
  /** It cannot take this batch, nor ever will. */
  readonly isUnfit: boolean;
  constructor(message: string, options: ErrorOptions & { readonly isUnfit?: boolean } = {}) {
    super(message, options);
    this.name = 'SubscriptionRefusal';
    this.isUnfit = options.isUnfit ?? false;
  }
}

/** Where subscriptions send to. May be called concurrently. */
export interface SubscriptionDestinations {
  /**
   * Sends a message's text; on disk there, or answered well, on return. `sourceArn` is the group's, with `:*`.
   * @throws SubscriptionRefusal
   */
  send(
    destination: string,
    body: string,
    source: { readonly sourceArn: string; readonly account: string },
  ): Promise<void>;
}

/** Totals since the start. */
export interface SubscriptionCounters {
  sent: number;
  failedTries: number;
  /** Batches that nobody was sent, by reason. */
  readonly dropped: Map<'refused' | 'unfit' | 'failed' | 'full', number>;
}
