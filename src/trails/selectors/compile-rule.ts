import type { AcceptedEvent, CloudTrailRecord } from '../../event/index.ts';
import type { TrailRule } from '../trail.ts';
import { compileAdvanced } from './compile-advanced.ts';
import { compileBasic } from './compile-basic.ts';
import { takesPlace } from './region-rule.ts';

/** What the journal knows of an event without parsing it. */
export type MatchedEvent = Pick<AcceptedEvent, 'account' | 'region' | 'category'>;

/** Whether a trail takes an event. Pure, keeps nothing between calls. */
export type RuleMatcher = (record: CloudTrailRecord, event: MatchedEvent) => boolean;

/** Compiles all that decides whether a trail takes an event; do it once per span, not per event. */
export function compileRule(rule: TrailRule): RuleMatcher {
  const selected =
    rule.selectors.kind === 'basic'
      ? compileBasic(rule.selectors.selectors)
      : compileAdvanced(rule.selectors.selectors);
  return (record, { account, region, category }) => {
    if ((account !== rule.account && !rule.anyAccount) || !takesPlace(rule, region, record)) return false;
    if (category === 'Insight') return rule.insights;
    if (!rule.recursiveLogging && isOwnDelivery(record)) return false;
    return selected(record, category);
  };
}

/**
 * Whether an event is CloudTrail's own delivery, into a bucket or a log group: without `RecursiveLogging` a trail
 * leaves these out, and so does not log itself forever.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
 */
function isOwnDelivery({ userIdentity, eventSource, eventName }: CloudTrailRecord): boolean {
  if (userIdentity?.invokedBy !== 'cloudtrail.amazonaws.com') return false;
  if (eventSource === 's3.amazonaws.com') return eventName === 'PutObject';
  return (
    eventSource === 'logs.amazonaws.com' && (eventName === 'PutLogEvents' || eventName === 'CreateLogStream')
  );
}
