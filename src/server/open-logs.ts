import type { Logger } from 'pino';
import type { Service } from '../aws/index.ts';
import type { Config } from '../config/index.ts';
import {
  type Logs,
  type MetricSink,
  openLogs,
  type SubscriptionDestinations,
  SubscriptionRefusal,
} from '../logs/index.ts';
import { QueueError, type ServiceSender } from '../queues/index.ts';
import { createLogsService } from '../services/logs/index.ts';
import { createPost } from '../topics/index.ts';
import type { DataDir } from './data-dir.ts';
import type { Metrics } from './metrics.ts';

/** The log groups and their service. */
export interface OpenedLogs {
  readonly logs: Logs;
  readonly service: Service;
  register(metrics: Metrics): void;
  /** Before queues and topics close: subscriptions send no more. */
  stopSending(): Promise<void>;
}

/** Opens the log groups in the data directory: metric filters lead to `metrics`, subscriptions to queues and webhooks. */
export function openLogsRoom(
  config: Config,
  house: {
    readonly dir: DataDir;
    readonly metrics: MetricSink;
    readonly sender: ServiceSender;
    readonly disk: { refusal(): string | undefined };
    readonly now: () => number;
    readonly log: Logger;
  },
): OpenedLogs {
  const { dir, metrics, sender, disk, now, log } = house;
  const destinations = createSubscriptionDestinations(config, sender);
  const logs = openLogs({
    path: dir.logs,
    now,
    metrics,
    destinations,
    refusal: () => disk.refusal(),
    onError: (what, error) => log.warn({ err: error }, what),
  });
  return {
    logs,
    service: createLogsService({ logs, now, destinations }),
    register: (registry) => registerSubscriptions(registry, logs),
    stopSending: async () => await logs.subscriptions?.close(),
  };
}

/** Queues, and the webhooks that the operator lists by name, as subscriptions of log groups reach them. */
function createSubscriptionDestinations(
  { eventWebhooks }: Pick<Config, 'eventWebhooks'>,
  sender: ServiceSender,
): SubscriptionDestinations {
  // The operator listed them: they may stand in a private network.
  const post = createPost({ allowPrivate: true });

  async function sendToWebhook(name: string, body: string): Promise<void> {
    const url = eventWebhooks.get(name);
    if (url === undefined) throw new SubscriptionRefusal(`--event-webhooks lists no ${name}`);
    const outcome = await post(url, { 'content-type': 'application/json' }, body);
    if (outcome.kind === 'delivered') return;
    if (outcome.kind === 'refused') throw new SubscriptionRefusal(outcome.reason);
    throw new Error(outcome.reason);
  }

  return {
    async send(destination, body, { sourceArn, account }) {
      const webhook = /:api-destination\/(.+)$/.exec(destination)?.[1];
      if (webhook !== undefined) return await sendToWebhook(webhook, body);
      try {
        const service = 'logs.amazonaws.com';
        await sender.send(destination, { body, service, sourceArn, sourceAccount: account });
      } catch (error) {
        if (!(error instanceof QueueError) || error.code === 'ServiceUnavailable') throw error;
        const isUnfit = error.code === 'InvalidParameterValue';
        throw new SubscriptionRefusal(error.message, { cause: error, isUnfit });
      }
    },
  };
}

function registerSubscriptions({ gauge }: Metrics, { subscriptions }: Logs): void {
  if (!subscriptions) return;
  const { counters } = subscriptions;
  gauge(
    'opentrail_logs_subscriptions_sent_total',
    'Batches sent to subscribers of log groups, since start',
    (g) => g.set(counters.sent),
  );
  gauge('opentrail_logs_subscriptions_failed_total', 'Tries to send one that failed, since start', (g) =>
    g.set(counters.failedTries),
  );
  gauge(
    'opentrail_logs_subscriptions_dropped_total',
    'Batches for subscribers that were given up, since start',
    (g) => {
      for (const [reason, count] of counters.dropped) g.set({ reason }, count);
    },
    ['reason'],
  );
  gauge('opentrail_logs_subscriptions_waiting_bytes', 'Text that subscribers are owed', (g) =>
    g.set(subscriptions.owedBytes),
  );
}
