import { type Alarm, alarmArn } from '../../cloudwatch/index.ts';
import { ruleArn } from '../../event-bus/index.ts';
import { logGroupArn } from '../../logs/index.ts';
import type { Bucket } from '../../objects/index.ts';
import { queueArn } from '../../queues/index.ts';
import type { Topic } from '../../topics/index.ts';
import type { Trail } from '../../trails/index.ts';
import type { CheckedTables } from './check-tables.ts';
import type { FsckFinding, Tell } from './finding.ts';

/**
 * Are those there that others send to? Somebody may have deleted them, as on AWS: nothing is lost by that but what is
 * sent from then on, so these are warnings.
 */
export function checkTargets(
  tables: CheckedTables,
  state: { readonly topics: readonly Topic[]; readonly trails: readonly Trail[] },
  buckets: Iterable<Bucket>,
  /** Names of rooms of which nobody can say what they hold. */
  damaged: ReadonlySet<string>,
  tell: Tell,
): void {
  const { logs, queues, cloudwatch, 'event-bus': bus } = tables;
  const there = new Set([
    ...(logs?.groups ?? []).map(logGroupArn),
    ...(queues?.queues ?? []).map(queueArn),
    ...state.topics.map(({ arn }) => arn),
  ]);

  function check(area: FsckFinding['area'], who: string, target: string | undefined): void {
    const service = /^arn:aws[a-z-]*:(sqs|sns|logs):/.exec(target ?? '')?.[1];
    // Webhooks are settings; functions and the like are elsewhere.
    if (target === undefined || service === undefined || damaged.has(ROOMS[service] ?? '')) return;
    if (there.has(target.replace(/:\*$/, ''))) return;
    tell({
      area,
      code: 'target-missing',
      severity: 'warning',
      message: `${who} sends to ${target}, which does not exist here`,
      repair: 'make it again under this name, or let it be sent elsewhere; none needed when it is in AWS',
    });
  }

  for (const trail of state.trails)
    check('state', `the trail ${trail.name}`, trail.cloudWatchLogsLogGroupArn);
  for (const { arn, subscriptions } of state.topics) {
    for (const { protocol, endpoint } of subscriptions) if (protocol === 'sqs') check('state', arn, endpoint);
  }
  for (const group of logs?.groups ?? []) {
    for (const { destinationArn } of group.subscriptionFilters ?? [])
      check('logs', logGroupArn(group), destinationArn);
  }
  for (const queue of queues?.queues ?? [])
    check('queues', queueArn(queue), queue.redrive?.deadLetterTargetArn);
  for (const alarm of cloudwatch?.alarms ?? []) {
    for (const action of actionsOf(alarm)) check('cloudwatch', alarmArn(alarm, alarm.name), action);
  }
  for (const rule of bus?.rules ?? []) {
    for (const { Arn, DeadLetterConfig } of rule.targets) {
      check('event-bus', ruleArn(rule), Arn);
      check('event-bus', ruleArn(rule), DeadLetterConfig?.Arn);
    }
  }
  for (const { name, config } of buckets) {
    for (const { arn } of config.notices?.rules ?? []) check('objects', `s3://${name}`, arn);
  }
}

const ROOMS: Readonly<Record<string, string>> = { sqs: 'queues', sns: 'state', logs: 'logs' };

function actionsOf({ okActions, alarmActions, insufficientDataActions }: Alarm): Iterable<string> {
  return new Set([...okActions, ...alarmActions, ...insufficientDataActions]);
}
