import type { Priorities, Priority } from './routing-rules.ts';

/** Every record bears it, as in the Datadog integration for CloudTrail. */
export const CLOUDTRAIL_TAG = '#cloudtrail';

/**
 * Services whose events have normal priority unless a policy says otherwise; those of all others have low priority. The
 * list of the Datadog integration for CloudTrail: https://docs.datadoghq.com/integrations/amazon_cloudtrail/
 */
export const NORMAL_PRIORITY_SERVICES: readonly string[] = [
  'apigateway',
  'autoscaling',
  'cloudformation',
  'cloudfront',
  'cloudsearch',
  'cloudtrail',
  'codedeploy',
  'codepipeline',
  'config',
  'datapipeline',
  'ds',
  'ec2',
  'ecs',
  'elasticache',
  'elasticbeanstalk',
  'elasticfilesystem',
  'elasticloadbalancing',
  'elasticmapreduce',
  'iam',
  'kinesis',
  'lambda',
  'monitoring',
  'opsworks',
  'rds',
  'redshift',
  'route53',
  's3',
  'ses',
  'signin',
  'ssm',
];

const BUILT_IN: ReadonlyMap<string, Priority> = new Map(
  NORMAL_PRIORITY_SERVICES.map((service) => [service, 'normal'] as const),
);

/** Services seen so far are remembered; a hostile sender makes up as many as it likes. */
const MAX_REMEMBERED = 4096;

/** Compiles what decides the priority of a record by its `eventSource`. */
export function compilePriorities(priorities: Priorities = new Map()): (eventSource: unknown) => Priority {
  const rest = priorities.get('*') ?? 'low';
  const seen = new Map<string, Priority>();
  return (eventSource) => {
    if (typeof eventSource !== 'string') return rest;
    const known = seen.get(eventSource);
    if (known !== undefined) return known;
    const service = serviceOf(eventSource);
    const priority = priorities.get(service) ?? BUILT_IN.get(service) ?? rest;
    if (seen.size < MAX_REMEMBERED) seen.set(eventSource, priority);
    return priority;
  };
}

/** `iam` of `iam.amazonaws.com`, and of the same name in AWS's other partitions. */
export function serviceOf(eventSource: string): string {
  const end = eventSource.indexOf('.amazonaws.com');
  return end < 0 ? eventSource : eventSource.slice(0, end);
}
