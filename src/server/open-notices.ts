import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Authorizer } from '../identity/index.ts';
import type { EmbeddedObjects, OwedNotice } from '../objects/index.ts';
import { QueueError, type ServiceSender } from '../queues/index.ts';
import {
  busEventOf,
  DestinationError,
  type NoticeDestinations,
  type NoticeSource,
  type Notifier,
  startNotifier,
} from '../services/s3/index.ts';
import { defaultPolicy, TopicError, type Topics } from '../topics/index.ts';
import type { Metrics } from './metrics.ts';

const S3 = 's3.amazonaws.com';
/** As S3 writes it. */
const SUBJECT = 'Amazon S3 Notification';

/** The event bus as S3's events reach it. */
export interface ServiceEventBus {
  putServiceEvent(event: {
    readonly id: string;
    readonly detailType: string;
    readonly source: string;
    readonly account: string;
    readonly region: string;
    readonly time: string;
    readonly resources: readonly string[];
    readonly detailText: string;
    readonly detail: unknown;
  }): Promise<void>;
}

/** Queues, topics and the event bus of this house as S3's notifications reach them. */
export function createNoticeDestinations(house: {
  readonly sender: ServiceSender;
  readonly topics: Topics;
  readonly authorizer: Authorizer;
  /** Absent: a bucket's events for it are let go of. */
  readonly eventBus?: ServiceEventBus;
}): NoticeDestinations {
  const { sender, topics, authorizer, eventBus } = house;

  async function admitTopic(arn: string, { bucketArn, account }: NoticeSource): Promise<void> {
    const topic = await topics.find(arn);
    if (!topic) throw new DestinationError('missing', `${arn} does not exist`);
    const decision = await authorizer.authorize({
      caller: { kind: 'service', account, arn: S3, principalId: S3 },
      action: 'sns:Publish',
      resource: arn,
      resourceAccount: topic.account,
      resourcePolicy: topic.policy ?? defaultPolicy(topic),
      context: { 'aws:SourceArn': bucketArn, 'aws:SourceAccount': account },
    });
    if (!decision.allowed) throw new DestinationError('forbidden', decision.message);
  }

  const sourceOf = ({ bucketArn, account }: NoticeSource) =>
    ({ service: S3, sourceArn: bucketArn, sourceAccount: account }) as const;

  return {
    async check({ kind, arn }, source) {
      if (kind === 'topic') return await admitTopic(arn, source);
      await refusalsOfQueue(() => sender.check(arn, sourceOf(source)));
    },

    async send({ kind, arn }, body, source) {
      if (kind === 'queue') {
        await refusalsOfQueue(() => sender.send(arn, { body, ...sourceOf(source) }));
        return;
      }
      await admitTopic(arn, source);
      try {
        await topics.publish(arn, { message: body, subject: SUBJECT });
      } catch (error) {
        if (!(error instanceof TopicError) || error.code !== 'NotFound') throw error;
        throw new DestinationError('missing', error.message, { cause: error });
      }
    },

    async putEvent(notice) {
      await eventBus?.putServiceEvent(eventOf(notice));
    },
  };
}

/** Starts to send what the objects owe; answers what the house needs to show and to end it. */
export function startNotices(
  objects: EmbeddedObjects,
  destinations: NoticeDestinations,
  { now, log }: { readonly now: () => number; readonly log: Logger },
): { register(metrics: Metrics): void; close(): Promise<void> } {
  const notifier = startNotifier({
    notices: objects.notices,
    destinations,
    now,
    onError: (what, error) => log.warn({ err: error, room: 's3' }, what),
  });
  return {
    register: (metrics) => registerNotices(metrics, notifier, objects),
    close: () => notifier.close(),
  };
}

function registerNotices({ gauge }: Metrics, { counters }: Notifier, { notices }: EmbeddedObjects): void {
  gauge('opentrail_s3_notifications_sent_total', 'Notifications of buckets sent, since start', (g) =>
    g.set(counters.sent),
  );
  gauge('opentrail_s3_notifications_failed_total', 'Tries to send one that failed, since start', (g) =>
    g.set(counters.failedTries),
  );
  gauge(
    'opentrail_s3_notifications_dropped_total',
    'Notifications of buckets that were given up, since start',
    (g) => {
      for (const [reason, count] of counters.dropped) g.set({ reason }, count);
      if (notices.refused > 0) g.set({ reason: 'full' }, notices.refused);
    },
    ['reason'],
  );
  gauge('opentrail_s3_notifications_waiting', 'Notifications of buckets that are owed', (g) =>
    g.set(notices.size),
  );
}

function eventOf(notice: OwedNotice) {
  const { account, region, bucket, at } = notice;
  const { detailType, detail } = busEventOf(notice);
  return {
    id: randomUUID(),
    detailType,
    source: 'aws.s3',
    account,
    region,
    time: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
    resources: [`arn:aws:s3:::${bucket}`],
    detailText: JSON.stringify(detail),
    detail,
  };
}

/** Runs a call of the queues; what is for good becomes a refusal of the destination. */
async function refusalsOfQueue(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    const { code, message } = error;
    if (code === 'QueueDoesNotExist') throw new DestinationError('missing', message, { cause: error });
    if (code === 'AccessDenied') throw new DestinationError('forbidden', message, { cause: error });
    if (code === 'InvalidParameterValue') throw new DestinationError('unfit', message, { cause: error });
    throw error;
  }
}
