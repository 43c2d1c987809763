import type { CloudTrailRecord } from '../../event/index.ts';
import type { TrailRule } from '../trail.ts';

const GLOBAL_REGION = 'us-east-1';

/**
 * Services without Regions: their events are us-east-1 events
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events).
 */
const GLOBAL_SOURCES: ReadonlySet<unknown> = new Set([
  'iam.amazonaws.com',
  'cloudfront.amazonaws.com',
  'route53.amazonaws.com',
  'route53domains.amazonaws.com',
  'organizations.amazonaws.com',
  'waf.amazonaws.com',
  'shield.amazonaws.com',
  'support.amazonaws.com',
  'account.amazonaws.com',
  'budgets.amazonaws.com',
]);

/**
 * Whether an event comes from where the trail looks: a single-Region trail takes its own Region, and there global
 * services only if it wants them; a multi-Region trail takes all.
 */
export function takesPlace(rule: TrailRule, region: string, record: CloudTrailRecord): boolean {
  if (!rule.multiRegion && region !== rule.homeRegion) return false;
  return rule.includeGlobalServiceEvents || region !== GLOBAL_REGION || !isGlobal(record);
}

function isGlobal(record: CloudTrailRecord): boolean {
  if (record.eventSource === 'sts.amazonaws.com') return !cameThroughRegionalEndpoint(record);
  return GLOBAL_SOURCES.has(record.eventSource);
}

/** STS has a global endpoint and Regional ones; both log in us-east-1 there, only the host header tells them apart. */
function cameThroughRegionalEndpoint({ tlsDetails }: CloudTrailRecord): boolean {
  if (typeof tlsDetails !== 'object' || tlsDetails === null) return false;
  return (
    (tlsDetails as { clientProvidedHostHeader?: unknown }).clientProvidedHostHeader ===
    'sts.us-east-1.amazonaws.com'
  );
}
