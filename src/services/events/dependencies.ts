import type * as client from '@aws-sdk/client-eventbridge';
import type { Handlers } from '../../aws/index.ts';
import type { EventBus } from '../../event-bus/index.ts';

/** What EventBridge's operations need of the house. */
export interface EventsDependencies {
  readonly bus: EventBus;
  /** Whether the operator lists a webhook of this name. */
  readonly hasWebhook: (name: string) => boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Handlers of EventBridge's operations. */
export type EventsHandlers = Handlers<typeof client>;
