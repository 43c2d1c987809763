import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { QueueError, type ServiceSender } from '../queues/index.ts';
import type { State } from '../state/index.ts';
import {
  createSmtpSender,
  isListedEndpoint,
  openTopics,
  QueueRefusal,
  type QueueSender,
  readTopicArn,
  type Topics,
} from '../topics/index.ts';
import type { Metrics } from './metrics.ts';

/** Opens the topics with what the settings give them: a mail server, queues, addresses of chats and webhooks. */
export async function openTopicsRoom(
  config: Config,
  house: {
    readonly state: State;
    readonly now: () => number;
    /** Where others reach this server; known once it listens. */
    readonly url: () => string;
    readonly queues: ServiceSender;
    readonly log: Logger;
  },
): Promise<Topics> {
  const { smtpUrl, smtpFrom, smtpPassword, notifyEndpoints, notifySecret } = config;
  return openTopics({
    state: house.state,
    now: house.now,
    publicUrl: house.url,
    allowPrivate: config.allowPrivateSubscribers,
    queues: queueSender(house.queues),
    ...(smtpUrl !== undefined && {
      mail: createSmtpSender({
        url: smtpUrl,
        from: smtpFrom,
        ...(smtpPassword !== undefined && { password: smtpPassword }),
      }),
    }),
    isListed: (endpoint) => isListedEndpoint(endpoint, notifyEndpoints),
    ...(notifySecret !== undefined && { webhookSecret: notifySecret }),
    log: (message, details) => house.log.warn({ room: 'topics', details }, message),
  });
}

function queueSender(sender: ServiceSender): QueueSender {
  return {
    async send(queueArn, { body, attributes, sourceArn }) {
      try {
        const sourceAccount = readTopicArn(sourceArn)?.account ?? '';
        await sender.send(queueArn, {
          body,
          attributes,
          service: 'sns.amazonaws.com',
          sourceArn,
          sourceAccount,
        });
      } catch (error) {
        // A full disk passes; all else needs somebody who changes something.
        if (!(error instanceof QueueError) || error.code === 'ServiceUnavailable') throw error;
        throw new QueueRefusal(error.message, { cause: error });
      }
    },
  };
}

/** Counts of the topics on `/metrics`. */
export function registerTopics({ gauge }: Metrics, topics: Topics): void {
  gauge('opentrail_topics_published_total', 'Messages published to topics, since start', (g) =>
    g.set(topics.counters.published),
  );
  gauge('opentrail_topics_filtered_total', 'Messages that a filter policy held back, since start', (g) =>
    g.set(topics.counters.filtered),
  );
  gauge(
    'opentrail_topics_delivered_total',
    'Messages that subscribers have taken, since start',
    (g) => {
      for (const [protocol, count] of topics.counters.delivered) g.set({ protocol }, count);
    },
    ['protocol'],
  );
  gauge(
    'opentrail_topics_failed_tries_total',
    'Tries to deliver that failed, since start',
    (g) => {
      for (const [protocol, count] of topics.counters.failedTries) g.set({ protocol }, count);
    },
    ['protocol'],
  );
  gauge(
    'opentrail_topics_dead_lettered_total',
    'Messages that went to a dead-letter queue, since start',
    (g) => g.set(topics.counters.deadLettered),
  );
  gauge(
    'opentrail_topics_dropped_total',
    'Messages to subscribers that were given up, since start',
    (g) => {
      for (const [reason, count] of topics.counters.dropped) g.set({ reason }, count);
    },
    ['reason'],
  );
  gauge('opentrail_topics_waiting', 'Messages that wait for a subscriber', (g) => g.set(topics.outboxSize));
}
