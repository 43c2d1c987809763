import type {
  GetBucketNotificationConfigurationRequest,
  NotificationConfiguration,
  PutBucketNotificationConfigurationRequest,
} from '@aws-sdk/client-s3';
import type { CallContext, ServiceError } from '../../../aws/index.ts';
import type { Bucket, BucketNotices, NoticeRule } from '../../../objects/index.ts';
import { notImplemented, s3Error } from '../errors.ts';
import { type BuiltOperation, bucketOperation } from '../operation-kinds.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { DestinationError } from './destinations.ts';
import { testMessage } from './event-message.ts';
import { readConfiguration } from './read-configuration.ts';

/** PutBucketNotificationConfiguration and its reading. */
export function notificationOperations(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  return [
    [
      'PutBucketNotificationConfiguration',
      bucketOperation<PutBucketNotificationConfigurationRequest, object>(
        deps,
        's3:PutBucketNotification',
        async (input, call, bucket) => {
          const notices = readConfiguration(input.NotificationConfiguration ?? {});
          await tryDestinations(deps, bucket, notices, call, input.SkipDestinationValidation === true);
          const isNone = notices.rules.length === 0 && !notices.eventBus;
          await deps.objects.changeBucket(bucket.name, ({ notices: _, ...config }) =>
            isNone ? config : { ...config, notices },
          );
          return {};
        },
        {
          eventName: 'PutBucketNotification',
          recordBody: ({ NotificationConfiguration: given }) => ({ NotificationConfiguration: { ...given } }),
        },
      ),
    ],
    [
      'GetBucketNotificationConfiguration',
      bucketOperation<GetBucketNotificationConfigurationRequest, NotificationConfiguration>(
        deps,
        's3:GetBucketNotification',
        async (_input, _call, { config: { notices } }) => (notices ? writeConfiguration(notices) : {}),
        { eventName: 'GetBucketNotification' },
      ),
    ],
  ];
}

/** Every destination must take a message before the configuration stands. */
async function tryDestinations(
  { destinations, now }: S3ServiceDependencies,
  bucket: Bucket,
  { rules, eventBus }: BucketNotices,
  call: CallContext,
  skip: boolean,
): Promise<void> {
  if (rules.length === 0 && !eventBus) return;
  if (!destinations) throw notImplemented('Event notification of buckets');
  const source = { bucketArn: `arn:aws:s3:::${bucket.name}`, account: bucket.account };
  const refused = new Map<string, string>();
  for (const { kind, arn } of rules) {
    if (arn.split(':')[3] !== bucket.region) {
      refused.set(
        arn,
        `The notification destination service region is not valid for the bucket location constraint`,
      );
      continue;
    }
    if (skip) continue;
    try {
      await destinations.check({ kind, arn }, source);
    } catch (error) {
      if (!(error instanceof DestinationError)) throw error;
      refused.set(arn, wordsOf(error, kind));
    }
  }
  if (refused.size > 0) throw unableToValidate(refused);
  const body = testMessage(bucket.name, now(), call.requestId);
  const tested = new Set<string>();
  for (const { kind, arn } of rules) {
    if (tested.has(arn) || skip) continue;
    tested.add(arn);
    await destinations.send({ kind, arn }, body, source);
  }
}

function wordsOf({ reason }: DestinationError, kind: 'queue' | 'topic'): string {
  return reason === 'missing'
    ? `The destination ${kind} does not exist`
    : `Permissions on the destination ${kind} do not allow S3 to publish notifications from this bucket`;
}

/** All refused destinations at once, as S3 says it. */
function unableToValidate(refused: ReadonlyMap<string, string>): ServiceError {
  const details: Record<string, string> = {};
  let number = 0;
  for (const [arn, words] of refused) {
    number++;
    details[`ArgumentName${number}`] = arn;
    details[`ArgumentValue${number}`] = words;
  }
  return s3Error('InvalidArgument', 'Unable to validate the following destination configurations', details);
}

function writeConfiguration({ rules, eventBus }: BucketNotices): NotificationConfiguration {
  const queues = rules.filter(({ kind }) => kind === 'queue');
  const topics = rules.filter(({ kind }) => kind === 'topic');
  return {
    ...(topics.length > 0 && {
      TopicConfigurations: topics.map((rule) => ({ ...writeRule(rule), TopicArn: rule.arn })),
    }),
    ...(queues.length > 0 && {
      QueueConfigurations: queues.map((rule) => ({ ...writeRule(rule), QueueArn: rule.arn })),
    }),
    ...(eventBus && { EventBridgeConfiguration: {} }),
  };
}

function writeRule({ id, events, prefix, suffix }: NoticeRule) {
  const filters = [
    ...(prefix === undefined ? [] : [{ Name: 'Prefix' as 'prefix', Value: prefix }]),
    ...(suffix === undefined ? [] : [{ Name: 'Suffix' as 'suffix', Value: suffix }]),
  ];
  return {
    Id: id,
    Events: [...events] as NonNullable<NotificationConfiguration['QueueConfigurations']>[number]['Events'],
    ...(filters.length > 0 && { Filter: { Key: { FilterRules: filters } } }),
  };
}
