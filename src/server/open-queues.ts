import type { Logger } from 'pino';
import type { Service } from '../aws/index.ts';
import type { Config } from '../config/index.ts';
import type { Authorizer } from '../identity/index.ts';
import type { EmbeddedObjects } from '../objects/index.ts';
import { createServiceSender, openQueues, type Queues, type ServiceSender } from '../queues/index.ts';
import type { NoticeDestinations } from '../services/s3/index.ts';
import { createSqsService } from '../services/sqs/index.ts';
import type { Topics } from '../topics/index.ts';
import type { BackupGate } from './backup-gate.ts';
import type { DataDir } from './data-dir.ts';
import type { Metrics } from './metrics.ts';
import { createNoticeDestinations, type ServiceEventBus, startNotices } from './open-notices.ts';

/** The queues, their service, and their door for other services of this house. */
export interface OpenedQueues {
  readonly queues: Queues;
  readonly sender: ServiceSender;
  readonly service: Service;
  /** Starts to send the notifications of buckets; answers where they may go. To be called once. */
  notify(house: {
    readonly objects: EmbeddedObjects;
    readonly topics: Topics;
    readonly eventBus?: ServiceEventBus;
  }): NoticeDestinations;
  register(metrics: Metrics): void;
  /** Before topics and event bus close: notifications of buckets are sent no more. */
  stopSending(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the queues in the data directory. */
export function openQueuesRoom(
  config: Config,
  house: {
    readonly dir: DataDir;
    readonly identity: Authorizer;
    /** Through which other rooms hand their messages over. */
    readonly gate: Pick<BackupGate, 'move'>;
    readonly now: () => number;
    readonly disk: { refusal(): string | undefined };
    readonly log: Logger;
  },
): OpenedQueues {
  const { dir, identity, gate, now, disk, log } = house;
  const queues = openQueues({
    path: dir.queues,
    now,
    maxBytes: config.queuesMaxBytes,
    refusal: () => disk.refusal(),
    onError: (what, error) => log.warn({ err: error, room: 'queues' }, what),
  });
  const direct = createServiceSender({ queues, authorizer: identity });
  const sender: ServiceSender = {
    ...direct,
    send: (queueArn, message) => gate.move(() => direct.send(queueArn, message)),
  };
  let notices: ReturnType<typeof startNotices> | undefined;
  return {
    queues,
    sender,
    notify({ objects, topics, eventBus }) {
      const destinations = createNoticeDestinations({
        sender,
        topics,
        authorizer: identity,
        ...(eventBus && { eventBus }),
      });
      notices = startNotices(objects, destinations, { now, log });
      return destinations;
    },
    service: createSqsService({
      queues,
      now,
      ...(config.publicUrl !== undefined && { publicUrl: config.publicUrl }),
    }),
    register(metrics) {
      registerQueues(metrics, queues);
      notices?.register(metrics);
    },
    stopSending: async () => await notices?.close(),
    async close() {
      await notices?.close();
      await queues.close();
    },
  };
}

function registerQueues({ gauge }: Metrics, queues: Queues): void {
  const { counters } = queues;
  gauge('opentrail_queues_sent_total', 'Messages sent to queues, since start', (g) => g.set(counters.sent));
  gauge('opentrail_queues_received_total', 'Messages received from queues, since start', (g) =>
    g.set(counters.received),
  );
  gauge('opentrail_queues_deleted_total', 'Messages deleted by their receivers, since start', (g) =>
    g.set(counters.deleted),
  );
  gauge('opentrail_queues_dead_lettered_total', 'Messages moved to dead-letter queues, since start', (g) =>
    g.set(counters.deadLettered),
  );
  gauge(
    'opentrail_queues_dropped_total',
    'Messages that no receiver sees, since start: past their retention, or refused for want of room',
    (g) => {
      for (const [reason, count] of counters.dropped) g.set({ reason }, count);
    },
    ['reason'],
  );
  gauge('opentrail_queues_bytes', 'Size of all messages in queues', (g) => g.set(queues.bytes));
}
