import { type BackOff, HTTP_PHASES, type RetryPhases, totalSeconds } from './retry-schedule.ts';
import { type Topic, TopicError } from './topic.ts';

/** How http and https subscribers are tried. */
export interface DeliveryPolicy {
  readonly phases: RetryPhases;
  /** Messages a second to one subscriber at most. */
  readonly perSecond?: number;
  readonly contentType?: string;
}

/** AWS's bounds: retries, seconds of one delay, seconds of all of them together. */
const MAX_RETRIES = 100;
const MAX_DELAY = 3_600;
const MAX_TOTAL = 3_600;

/** What AWS takes for members that a retry policy leaves out; delays in seconds. */
const RETRY_DEFAULTS = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  numMaxDelayRetries: 0,
};

const BACK_OFFS: readonly BackOff[] = ['linear', 'arithmetic', 'geometric', 'exponential'];

/**
 * Reads a subscription's policy.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html#creating-delivery-policy
 * @throws TopicError InvalidParameter
 */
export function readDeliveryPolicy(text: string): Partial<DeliveryPolicy> {
  const policy = objectOf(parse(text), '', [
    'healthyRetryPolicy',
    'sicklyRetryPolicy',
    'throttlePolicy',
    'requestPolicy',
    'guaranteed',
  ]);
  return partsOf(policy.healthyRetryPolicy, policy.throttlePolicy, policy.requestPolicy, '');
}

/** Reads a topic's policy. @throws TopicError InvalidParameter */
export function readTopicDeliveryPolicy(
  text: string,
): Partial<DeliveryPolicy> & { readonly overrides: boolean } {
  const { http = {} } = objectOf(parse(text), '', ['http']);
  const policy = objectOf(http, 'http', [
    'defaultHealthyRetryPolicy',
    'defaultSicklyRetryPolicy',
    'defaultThrottlePolicy',
    'defaultRequestPolicy',
    'disableSubscriptionOverrides',
  ]);
  const { disableSubscriptionOverrides: closed = false } = policy;
  if (typeof closed !== 'boolean') throw refused('http.disableSubscriptionOverrides must be a boolean');
  return {
    ...partsOf(
      policy.defaultHealthyRetryPolicy,
      policy.defaultThrottlePolicy,
      policy.defaultRequestPolicy,
      'http.default',
    ),
    overrides: !closed,
  };
}

/** What holds for a subscription: its own policy, else the topic's, else ours. */
export function effectivePolicy(
  topic: Pick<Topic, 'deliveryPolicy'>,
  subscription?: { readonly deliveryPolicy?: string },
): DeliveryPolicy {
  const { overrides = true, ...shared } = topic.deliveryPolicy
    ? readTopicDeliveryPolicy(topic.deliveryPolicy)
    : {};
  const own =
    overrides && subscription?.deliveryPolicy ? readDeliveryPolicy(subscription.deliveryPolicy) : {};
  return { phases: HTTP_PHASES, ...shared, ...own };
}

/** A topic's `EffectiveDeliveryPolicy`. */
export function topicPolicyText(topic: Pick<Topic, 'deliveryPolicy'>): string {
  const policy = effectivePolicy(topic);
  const { overrides = true } = topic.deliveryPolicy ? readTopicDeliveryPolicy(topic.deliveryPolicy) : {};
  return JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: retriesOf(policy.phases),
      disableSubscriptionOverrides: !overrides,
      ...(policy.perSecond && { defaultThrottlePolicy: { maxReceivesPerSecond: policy.perSecond } }),
      defaultRequestPolicy: { headerContentType: policy.contentType ?? CONTENT_TYPE },
    },
  });
}

/** A subscription's `EffectiveDeliveryPolicy`. */
export function subscriptionPolicyText(
  topic: Pick<Topic, 'deliveryPolicy'>,
  subscription: { readonly deliveryPolicy?: string },
): string {
  const policy = effectivePolicy(topic, subscription);
  return JSON.stringify({
    healthyRetryPolicy: retriesOf(policy.phases),
    sicklyRetryPolicy: null,
    throttlePolicy: policy.perSecond ? { maxReceivesPerSecond: policy.perSecond } : null,
    requestPolicy: { headerContentType: policy.contentType ?? CONTENT_TYPE },
    guaranteed: false,
  });
}

/** What is posted when nobody says otherwise. */
export const CONTENT_TYPE = 'text/plain; charset=UTF-8';

function partsOf(
  retry: unknown,
  throttle: unknown,
  request: unknown,
  prefix: string,
): Partial<DeliveryPolicy> {
  const named = (name: string) => (prefix ? `${prefix}${name[0]!.toUpperCase()}${name.slice(1)}` : name);
  const perSecond = throttle && readThrottle(throttle, named('throttlePolicy'));
  const contentType = request && readRequest(request, named('requestPolicy'));
  return {
    ...(retry !== undefined && retry !== null && { phases: readRetries(retry, named('healthyRetryPolicy')) }),
    ...(typeof perSecond === 'number' && { perSecond }),
    ...(typeof contentType === 'string' && { contentType }),
  };
}

function readRetries(value: unknown, name: string): RetryPhases {
  const given = objectOf(value, name, [...Object.keys(RETRY_DEFAULTS), 'backoffFunction']);
  const number = (key: keyof typeof RETRY_DEFAULTS, least: number, most: number) => {
    const found = given[key] ?? RETRY_DEFAULTS[key];
    if (typeof found !== 'number' || !Number.isInteger(found))
      throw refused(`${name}.${key} must be an integer`);
    if (found < least) throw refused(`${name}.${key} must be greater than or equal to ${least}`);
    if (found > most) throw refused(`${name}.${key} must be less than or equal to ${most}`);
    return found;
  };
  const most = number('maxDelayTarget', 1, MAX_DELAY);
  const least = number('minDelayTarget', 1, MAX_DELAY);
  if (least > most) throw refused(`${name}.minDelayTarget must be less than or equal to maxDelayTarget`);
  const all = number('numRetries', 0, MAX_RETRIES);
  const immediate = number('numNoDelayRetries', 0, MAX_RETRIES);
  const early = number('numMinDelayRetries', 0, MAX_RETRIES);
  const late = number('numMaxDelayRetries', 0, MAX_RETRIES);
  const backOff = all - immediate - early - late;
  if (backOff < 0) {
    throw refused(
      `${name}.numRetries must be greater than or equal to the sum of numNoDelayRetries, numMinDelayRetries and numMaxDelayRetries`,
    );
  }
  const { backoffFunction = 'linear' } = given;
  const growth = BACK_OFFS.find((one) => one === backoffFunction);
  if (!growth) throw refused(`${name}.backoffFunction must be one of ${BACK_OFFS.join(', ')}`);
  const phases = { immediate, early, backOff, late, least: least * 1_000, most: most * 1_000, growth };
  if (totalSeconds(phases) > MAX_TOTAL)
    throw refused(`${name}: the retries take longer than ${MAX_TOTAL} seconds`);
  return phases;
}

function readThrottle(value: unknown, name: string): number | undefined {
  const { maxReceivesPerSecond: found } = objectOf(value, name, ['maxReceivesPerSecond']);
  if (found === undefined || found === null) return undefined;
  if (typeof found !== 'number' || !Number.isInteger(found) || found < 1) {
    throw refused(`${name}.maxReceivesPerSecond must be an integer greater than or equal to 1`);
  }
  return found;
}

function readRequest(value: unknown, name: string): string | undefined {
  const { headerContentType: found } = objectOf(value, name, ['headerContentType']);
  if (found === undefined || found === null) return undefined;
  // It becomes a header.
  if (
    typeof found !== 'string' ||
    !/^(?:text|application)\/[\w.+-]{1,80}(?:; ?charset=[\w-]{1,20})?$/.test(found)
  ) {
    throw refused(`${name}.headerContentType is not a supported content type`);
  }
  return found;
}

function retriesOf({ immediate, early, backOff, late, least, most, growth }: RetryPhases) {
  return {
    minDelayTarget: least / 1_000,
    maxDelayTarget: most / 1_000,
    numRetries: immediate + early + backOff + late,
    numMaxDelayRetries: late,
    numNoDelayRetries: immediate,
    numMinDelayRetries: early,
    backoffFunction: growth,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refused('failed to parse JSON');
  }
}

function objectOf(
  value: unknown,
  name: string,
  members: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused(name ? `${name} must be an object` : 'must be a JSON object');
  }
  const unknown = Object.keys(value).find((key) => !members.includes(key));
  if (unknown !== undefined) throw refused(`unexpected member ${JSON.stringify(unknown.slice(0, 80))}`);
  return value as Readonly<Record<string, unknown>>;
}

function refused(why: string): TopicError {
  return new TopicError('InvalidParameter', `Invalid parameter: DeliveryPolicy: ${why}`);
}
