import { randomUUID } from 'node:crypto';
import type {
  FilterRule,
  NotificationConfiguration,
  NotificationConfigurationFilter,
} from '@aws-sdk/client-s3';
import type { BucketNotices, NoticeRule } from '../../../objects/index.ts';
import { notImplemented, s3Error } from '../errors.ts';
import { judgeEventType, overlap } from './event-types.ts';

/** Rules of one bucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html */
const MOST_RULES = 100;
const LONGEST = { id: 255, filter: 1024 };

/** Checks a configuration and gives each rule its id. @throws ServiceError InvalidArgument, NotImplemented */
export function readConfiguration(given: NotificationConfiguration): BucketNotices {
  if (given.LambdaFunctionConfigurations?.length) throw notImplemented('Notification of Lambda functions');
  const rules = [
    ...(given.QueueConfigurations ?? []).map((one) => readRule('queue', one, one.QueueArn)),
    ...(given.TopicConfigurations ?? []).map((one) => readRule('topic', one, one.TopicArn)),
  ];
  if (rules.length > MOST_RULES) throw invalid(`A bucket can have at most ${MOST_RULES} notification rules.`);
  if (new Set(rules.map(({ id }) => id)).size < rules.length) {
    throw invalid('Same ID used for multiple configurations. IDs must be unique');
  }
  refuseOverlap(rules);
  return { rules, eventBus: given.EventBridgeConfiguration !== undefined };
}

function readRule(
  kind: 'queue' | 'topic',
  given: {
    readonly Id?: string | undefined;
    readonly Events: readonly string[] | undefined;
    readonly Filter?: NotificationConfigurationFilter | undefined;
  },
  arn = '',
): NoticeRule {
  const service = kind === 'queue' ? 'sqs' : 'sns';
  if (
    !new RegExp(`^arn:aws[a-z-]{0,20}:${service}:[a-z0-9-]{1,40}:\\d{12}:[\\w-]{1,256}(?:\\.fifo)?$`).test(
      arn,
    )
  ) {
    throw invalid('The ARN could not be parsed', {
      ArgumentName: kind === 'queue' ? 'Queue' : 'Topic',
      ArgumentValue: arn,
    });
  }
  if (arn.endsWith('.fifo')) {
    throw invalid(
      `FIFO ${kind === 'queue' ? 'SQS queues' : 'SNS topics'} are not supported as a destination.`,
    );
  }
  const events = given.Events ?? [];
  if (events.length === 0) throw invalid('A notification rule needs at least one event');
  for (const event of events) checkEvent(event);
  const id = given.Id ?? randomUUID();
  if (id.length > LONGEST.id) throw invalid(`The ID of a rule is longer than ${LONGEST.id} characters`);
  return { id, kind, arn, events, ...readFilter(given.Filter?.Key?.FilterRules ?? []) };
}

function checkEvent(event: string): void {
  const verdict = judgeEventType(event);
  if (verdict === 'unknown') {
    throw invalid('The event is not supported for notifications', {
      ArgumentName: 'Event',
      ArgumentValue: event.slice(0, 200),
    });
  }
  // A rule that is never asked would be a promise to whoever waits for it.
  if (verdict === 'never happens') throw notImplemented(`What the event ${event} tells of`);
}

function readFilter(rules: readonly FilterRule[]): { prefix?: string; suffix?: string } {
  const found = new Map<string, string>();
  for (const { Name, Value = '' } of rules) {
    const name = String(Name).toLowerCase();
    if (name !== 'prefix' && name !== 'suffix')
      throw invalid('filter rule name must be either prefix or suffix');
    if (found.has(name)) throw invalid(`Cannot specify more than one ${name} rule in a filter.`);
    if (Buffer.byteLength(Value) > LONGEST.filter) throw invalid(`The ${name} of a filter is too long`);
    found.set(name, Value);
  }
  const prefix = found.get('prefix');
  const suffix = found.get('suffix');
  return { ...(prefix !== undefined && { prefix }), ...(suffix !== undefined && { suffix }) };
}

/** Two rules must never take one event: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html */
function refuseOverlap(rules: readonly NoticeRule[]): void {
  rules.forEach((one, index) => {
    for (const other of rules.slice(index + 1)) {
      const sharesEvent = one.events.some((event) => other.events.some((second) => overlap(event, second)));
      if (!sharesEvent || !nest(one.prefix, other.prefix, 'startsWith')) continue;
      if (!nest(one.suffix, other.suffix, 'endsWith')) continue;
      throw invalid(
        one.prefix === undefined &&
          one.suffix === undefined &&
          other.prefix === undefined &&
          other.suffix === undefined
          ? 'Configurations overlap. Configurations on the same bucket cannot share a common event type.'
          : 'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.',
      );
    }
  });
}

function nest(one = '', other = '', how: 'startsWith' | 'endsWith'): boolean {
  return one[how](other) || other[how](one);
}

function invalid(message: string, details?: Readonly<Record<string, string>>) {
  return s3Error('InvalidArgument', message, details);
}
