/** What a pattern may be, by the service that takes it. */
export interface PatternLimits {
  /** Of the text, in characters. */
  readonly maxLength: number;
  /** Levels of objects. */
  readonly maxDepth: number;
  /** Fields with values, wherever they stand. */
  readonly maxFields: number;
  /** Product of the fields' numbers of values, each times the field's level; the branches of `$or` are added. */
  readonly maxCombinations: number;
  /** `*` in one wildcard. */
  readonly maxStars: number;
  /** Sum over all fields: points of its wildcards (1 with one `*`, 3 with more) times their number. */
  readonly maxWildcardPoints: number;
  /** Numbers are between minus this and this. */
  readonly maxNumber: number;
}

/**
 * EventBridge's: 2,048 characters (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html). Its bound on
 * wildcards protects a machine that ours is not: a wildcard here takes time linear in the value.
 */
export const EVENT_BUS_LIMITS: PatternLimits = {
  maxLength: 2_048,
  maxDepth: 100,
  maxFields: Number.POSITIVE_INFINITY,
  maxCombinations: Number.POSITIVE_INFINITY,
  maxStars: Number.POSITIVE_INFINITY,
  maxWildcardPoints: Number.POSITIVE_INFINITY,
  maxNumber: Number.MAX_VALUE,
};

/** SNS's of filter policies; https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
export const FILTER_POLICY_LIMITS: PatternLimits = {
  maxLength: 256 * 1024,
  maxDepth: 100,
  maxFields: 5,
  maxCombinations: 150,
  maxStars: 3,
  maxWildcardPoints: 100,
  maxNumber: 1e9,
};
