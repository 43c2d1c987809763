import type { Protocol } from './protocol.ts';
import type { MessageAttribute } from './topic.ts';

/** One message that is owed to one subscriber, kept in `state` until it is delivered or given up. */
export interface Owed {
  /** Sorts by time of publishing. */
  readonly id: string;
  readonly topicArn: string;
  readonly subscriptionArn: string;
  /** Absent in what older versions wrote: http or https. */
  readonly protocol?: Protocol;
  /** A question goes to who has not confirmed, a farewell to who has left; absent: a notification. */
  readonly kind?: 'question' | 'farewell';
  readonly endpoint: string;
  /** Of the request or of the mail. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Of a queue's message. */
  readonly attributes?: readonly (readonly [name: string, attribute: MessageAttribute])[];
  readonly failed: number;
  /** Milliseconds since the epoch. */
  readonly nextTryAt: number;
  /** At most so many messages a second for this subscriber. */
  readonly perSecond?: number;
  /** Set once the subscriber is given up: ARN of the dead-letter queue that is owed the message instead. */
  readonly deadLetterQueue?: string;
}

/** Bytes that a message takes, roughly: what bounds are reckoned with. */
export function sizeOf(owed: Owed): number {
  return owed.body.length + 1_000;
}
