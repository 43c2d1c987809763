import type { BusPlace } from '../rule.ts';

/** One event that one target of a rule is owed. Times are ms since the epoch. */
export interface Delivery extends BusPlace {
  readonly ruleArn: string;
  readonly targetId: string;
  readonly targetArn: string;
  /** Of a FIFO queue. */
  readonly messageGroupId?: string;
  readonly eventId: string;
  readonly deadLetterArn?: string;
  /** Tries after the first. */
  readonly maxRetries: number;
  /** No try after that. */
  readonly deadline: number;
  readonly failed: number;
  readonly nextTryAt: number;
  /** Set when it was given up and only its dead letter queue is owed it. */
  readonly dead?: { readonly reason: DropReason; readonly code: string; readonly message: string };
  /** Tries of the dead letter queue. */
  readonly deadTries?: number;
}

/** What came of one try. */
export type SendOutcome =
  | { readonly kind: 'delivered' }
  /** Worth another try later. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  /** Will not work later either, as long as nobody changes something. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** Why an event did not reach a target. */
export type DropReason = 'refused' | 'retries-exhausted' | 'too-old' | 'full' | 'too-large' | 'no-input';

/** Sends to targets; never throws. What a target took is durable there when the promise resolves. */
export interface TargetSender {
  send(delivery: Delivery, message: string): Promise<SendOutcome>;
  /** To the dead letter queue, with what went wrong as text attributes. */
  sendDeadLetter(
    queueArn: string,
    delivery: Delivery,
    message: string,
    attributes: ReadonlyMap<string, string>,
  ): Promise<SendOutcome>;
}

/** AWS's default and longest: 185 tries within a day; https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
export const MAX_RETRIES = 185;
export const MAX_AGE_SECONDS = 86_400;

const FIRST_RETRY = 1_000;
const LAST_RETRY = 600_000;

/** ms to wait after `failed` failed tries: doubled each time, up to ten minutes. */
export function retryDelay(failed: number): number {
  return Math.min(FIRST_RETRY * 2 ** Math.min(failed - 1, 20), LAST_RETRY);
}

/** Attributes of a dead letter; https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
export function deadLetterAttributes({
  ruleArn,
  targetArn,
  failed,
  dead,
}: Delivery): ReadonlyMap<string, string> {
  const condition =
    dead?.reason === 'retries-exhausted'
      ? 'MaximumRetryAttempts'
      : dead?.reason === 'too-old'
        ? 'MaximumEventAgeInSeconds'
        : undefined;
  return new Map([
    ['RULE_ARN', ruleArn],
    ['TARGET_ARN', targetArn],
    ['ERROR_CODE', dead?.code ?? 'SDK_CLIENT_ERROR'],
    ['ERROR_MESSAGE', (dead?.message ?? '').slice(0, 1_024) || 'unknown'],
    ...(condition ? [['EXHAUSTED_RETRY_CONDITION', condition] as const] : []),
    ['RETRY_ATTEMPTS', String(Math.max(0, failed - 1))],
  ]);
}
