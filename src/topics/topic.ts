import type { Protocol } from './protocol.ts';

/** Why a topic's room says no: SNS's own error codes. */
export type TopicErrorCode =
  | 'NotFound'
  | 'InvalidParameter'
  | 'ParameterValueInvalid'
  | 'AuthorizationError'
  | 'SubscriptionLimitExceeded'
  | 'FilterPolicyLimitExceeded'
  | 'TopicLimitExceeded'
  | 'TagLimitExceeded'
  | 'Throttled'
  | 'BatchRequestTooLong'
  | 'TooManyEntriesInBatchRequest'
  | 'EmptyBatchRequest'
  | 'BatchEntryIdsNotDistinct'
  | 'InvalidBatchEntryId';

/** A refusal in SNS's words. */
export class TopicError extends Error {
  readonly code: TopicErrorCode;
  constructor(code: TopicErrorCode, message: string) {
    super(message);
    this.name = 'TopicError';
    this.code = code;
  }
}

/** What a subscriber may set; texts are kept as they came, since that is how AWS gives them back. */
export interface SubscriptionSettings {
  readonly rawMessageDelivery: boolean;
  /** JSON; absent: every message. */
  readonly filterPolicy?: string;
  /** What the filter policy looks at; absent: `MessageAttributes`. */
  readonly filterPolicyScope?: 'MessageAttributes' | 'MessageBody';
  /** JSON: tries, pace and content type; http and https only. */
  readonly deliveryPolicy?: string;
  /** JSON: the queue that gets what could not be delivered. */
  readonly redrivePolicy?: string;
}

/** Somebody who gets a topic's messages. Times are ms since the epoch. */
export interface Subscription extends SubscriptionSettings {
  readonly arn: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  /** The account that subscribed. */
  readonly owner: string;
  /** ARN of who subscribed; absent in what older versions wrote. */
  readonly principal?: string;
  readonly createdAt: number;
  /** When the endpoint was last sent the question. */
  readonly askedAt?: number;
  /** Absent until the endpoint has confirmed: it gets nothing but the question before. */
  readonly confirmedAt?: number;
  /** True when confirming was a signed call with AuthenticateOnUnsubscribe: the link in messages does not end it. */
  readonly authenticateOnUnsubscribe: boolean;
  /** What the endpoint must show to confirm; it was sent nowhere else. */
  readonly token: string;
  readonly tokenExpiresAt: number;
}

/** A topic with its subscriptions, kept in `state` under `topics/<account>/<region>/<name>`. */
export interface Topic {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly displayName: string;
  /** JSON text as it was set; absent: the default policy. */
  readonly policy?: string;
  readonly signatureVersion: '1' | '2';
  readonly tracingConfig: string;
  /** JSON: how http and https subscribers are tried, unless they say otherwise themselves. */
  readonly deliveryPolicy?: string;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly subscriptions: readonly Subscription[];
  /** Ended ones whose endpoints may take it back for as long as their new token lives. */
  readonly ended?: readonly Subscription[];
  readonly createdAt: number;
}

/** A message attribute as publishers send it; binary values in base64. */
export interface MessageAttribute {
  readonly type: string;
  readonly value: string;
}

/** What is published; the service has checked its sizes. */
export interface Message {
  readonly message: string;
  readonly subject?: string;
  readonly attributes?: ReadonlyMap<string, MessageAttribute>;
  /** Texts per protocol (`MessageStructure=json`); they go before `message`. */
  readonly byProtocol?: ReadonlyMap<string, string>;
}

/** Parts of a topic's or a subscription's ARN. */
export interface TopicAddress {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** Of a subscription's ARN. */
  readonly subscriptionId?: string;
}

/** Reads `arn:aws:sns:REGION:ACCOUNT:NAME[:ID]`; undefined when it is none. */
export function readTopicArn(arn: string): TopicAddress | undefined {
  const found = /^arn:aws:sns:([a-z0-9-]{1,40}):(\d{12}):([\w-]{1,256})(?::([0-9a-f-]{36}))?$/.exec(arn);
  if (!found) return undefined;
  const [, region, account, name, subscriptionId] = found;
  return { region: region!, account: account!, name: name!, ...(subscriptionId && { subscriptionId }) };
}

/** The topic's part of a subscription's ARN. */
export function topicArnOf(subscriptionArn: string): string {
  return subscriptionArn.slice(0, subscriptionArn.lastIndexOf(':'));
}

/** The policy of a topic that was given none: its own account may do all, others nothing. */
export function defaultPolicy(topic: { readonly arn: string; readonly account: string }): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'SNS:GetTopicAttributes',
          'SNS:SetTopicAttributes',
          'SNS:AddPermission',
          'SNS:RemovePermission',
          'SNS:DeleteTopic',
          'SNS:Subscribe',
          'SNS:ListSubscriptionsByTopic',
          'SNS:Publish',
        ],
        Resource: topic.arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': topic.account } },
      },
    ],
  });
}
