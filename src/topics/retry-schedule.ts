/** Phases of SNS's retries: at once, then evenly, then ever slower, then evenly again; all in milliseconds. */
const IMMEDIATE = 3;
const EARLY = { tries: 2, delay: 10_000 };
const BACK_OFF = { tries: 10, from: 10_000, to: 600_000 };
const LATE = { tries: 35, delay: 600_000 };

/** Tries of one message before it is given up, the first included: about six and a half hours. */
export const MAX_ATTEMPTS = 1 + IMMEDIATE + EARLY.tries + BACK_OFF.tries + LATE.tries;

/**
 * Milliseconds to wait after `failed` failed tries (from 1), or undefined when the message is given up. The phases are
 * those of https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html for customer-managed endpoints.
 */
export function retryDelay(failed: number): number | undefined {
  if (failed >= MAX_ATTEMPTS) return undefined;
  if (failed <= IMMEDIATE) return 0;
  const late = failed - IMMEDIATE;
  if (late <= EARLY.tries) return EARLY.delay;
  const step = late - EARLY.tries;
  if (step > BACK_OFF.tries) return LATE.delay;
  const growth = (BACK_OFF.to / BACK_OFF.from) ** ((step - 1) / (BACK_OFF.tries - 1));
  return Math.round(BACK_OFF.from * growth);
}

/** The schedule in SNS's own words, as `EffectiveDeliveryPolicy` shows it (delays in seconds). */
export const EFFECTIVE_DELIVERY_POLICY = JSON.stringify({
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: BACK_OFF.from / 1000,
      maxDelayTarget: BACK_OFF.to / 1000,
      numRetries: MAX_ATTEMPTS - 1,
      numMaxDelayRetries: LATE.tries,
      numNoDelayRetries: IMMEDIATE,
      numMinDelayRetries: EARLY.tries,
      backoffFunction: 'exponential',
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
  },
});
