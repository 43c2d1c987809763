import { describe, expect, it } from 'vitest';
import {
  effectivePolicy,
  readDeliveryPolicy,
  readTopicDeliveryPolicy,
  subscriptionPolicyText,
  topicPolicyText,
} from './delivery-policy.ts';

const retries = (policy: object) => JSON.stringify({ healthyRetryPolicy: policy });

describe('a subscription', () => {
  it("fills in AWS's defaults", () => {
    expect(readDeliveryPolicy(retries({ numRetries: 5 })).phases).toEqual({
      immediate: 0,
      early: 0,
      backOff: 5,
      late: 0,
      least: 20_000,
      most: 20_000,
      growth: 'linear',
    });
  });

  it("goes before the topic's, unless the topic forbids it", () => {
    const topic = (closed: boolean) => ({
      deliveryPolicy: JSON.stringify({
        http: {
          defaultHealthyRetryPolicy: { numRetries: 2 },
          disableSubscriptionOverrides: closed,
          defaultThrottlePolicy: { maxReceivesPerSecond: 3 },
        },
      }),
    });
    const own = { deliveryPolicy: retries({ numRetries: 9 }) };
    expect(effectivePolicy(topic(false), own)).toMatchObject({ phases: { backOff: 9 }, perSecond: 3 });
    expect(effectivePolicy(topic(true), own)).toMatchObject({ phases: { backOff: 2 }, perSecond: 3 });
    expect(JSON.parse(subscriptionPolicyText(topic(false), own))).toMatchObject({
      healthyRetryPolicy: { numRetries: 9, minDelayTarget: 20, backoffFunction: 'linear' },
      throttlePolicy: { maxReceivesPerSecond: 3 },
      guaranteed: false,
    });
    expect(JSON.parse(topicPolicyText(topic(true)))).toMatchObject({
      http: { defaultHealthyRetryPolicy: { numRetries: 2 }, disableSubscriptionOverrides: true },
    });
  });

  it('without one is tried for hours', () => {
    expect(JSON.parse(subscriptionPolicyText({}, {})).healthyRetryPolicy).toMatchObject({ numRetries: 50 });
  });
});

it.each([
  ['{', /failed to parse JSON/],
  ['[]', /must be a JSON object/],
  ['{"retries":1}', /unexpected member "retries"/],
  ['{"__proto__":1}', /unexpected member "__proto__"/],
  ['{"healthyRetryPolicy":[]}', /healthyRetryPolicy must be an object/],
  [retries({ numRetries: 101 }), /healthyRetryPolicy.numRetries must be less than or equal to 100/],
  [retries({ numRetries: -1 }), /numRetries must be greater than or equal to 0/],
  [retries({ numRetries: 1.5 }), /numRetries must be an integer/],
  [retries({ numRetries: '5' }), /numRetries must be an integer/],
  [retries({ minDelayTarget: 30 }), /minDelayTarget must be less than or equal to maxDelayTarget/],
  [retries({ numRetries: 2, numNoDelayRetries: 3 }), /greater than or equal to the sum/],
  [retries({ backoffFunction: 'random' }), /backoffFunction must be one of/],
  [retries({ numRetries: 100, minDelayTarget: 60, maxDelayTarget: 60 }), /longer than 3600 seconds/],
  ['{"throttlePolicy":{"maxReceivesPerSecond":0}}', /maxReceivesPerSecond must be an integer/],
  ['{"requestPolicy":{"headerContentType":"text/plain\\r\\nX: y"}}', /not a supported content type/],
])('refuses %s', (text, why) => {
  expect(() => readDeliveryPolicy(text)).toThrow(why);
});

it("says which of a topic's members is wrong", () => {
  const text = '{"http":{"defaultHealthyRetryPolicy":{"numRetries":101}}}';
  expect(() => readTopicDeliveryPolicy(text)).toThrow(
    'Invalid parameter: DeliveryPolicy: http.defaultHealthyRetryPolicy.numRetries must be less than or equal to 100',
  );
});
