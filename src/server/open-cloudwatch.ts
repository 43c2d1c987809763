import type { Logger } from 'pino';
import type { Service } from '../aws/index.ts';
import {
  type AlarmNotifier,
  type CloudWatch,
  type MetricDatum,
  openCloudWatch,
  ordered,
  setOfValues,
} from '../cloudwatch/index.ts';
import type { Authorizer } from '../identity/index.ts';
import type { FilterPoint, Logs, MetricSink } from '../logs/index.ts';
import { createCloudWatchService } from '../services/cloudwatch/index.ts';
import { defaultPolicy, TopicError, type Topics } from '../topics/index.ts';
import type { DataDir } from './data-dir.ts';
import type { Metrics } from './metrics.ts';

/** Metrics and alarms, and their service. */
export interface OpenedCloudWatch {
  readonly cloudWatch: CloudWatch;
  readonly service: Service;
  /** Where the points of log groups' metric filters go. */
  readonly sink: MetricSink;
  register(metrics: Metrics, logs: Pick<Logs, 'meterCounters'>): void;
  close(): Promise<void>;
}

/** Opens metrics and alarms in the data directory; what alarms set off goes to the topics. */
export function openCloudWatchRoom(house: {
  readonly dir: DataDir;
  readonly identity: Authorizer;
  readonly topics: Topics;
  readonly disk: { refusal(): string | undefined };
  readonly now: () => number;
  readonly log: Logger;
}): OpenedCloudWatch {
  const { dir, identity, topics, disk, now, log } = house;
  const cloudWatch = openCloudWatch({
    path: dir.cloudwatch,
    now,
    notifier: createTopicNotifier(topics, identity),
    onError: (what, error) => log.warn({ err: error, room: 'cloudwatch' }, what),
  });
  return {
    cloudWatch,
    service: createCloudWatchService({ cloudWatch, now, refusal: () => disk.refusal() }),
    sink: {
      take: (batch) =>
        cloudWatch.metrics.take(
          'log-groups',
          batch.map(({ number, points }) => ({ number, data: points.map(datumOf) })),
        ),
    },
    register(metrics, logs) {
      registerCloudWatch(metrics, cloudWatch);
      registerFilters(metrics, logs);
    },
    close: () => cloudWatch.close(),
  };
}

/** Kept by the second, finer than AWS keeps them, so that alarms with short periods can look at them. */
function datumOf(point: FilterPoint): MetricDatum {
  const { account, region, namespace, name, time, unit = 'None' } = point;
  const dimensions = ordered(point.dimensions.map(([key, value]) => ({ name: key, value })));
  return {
    account,
    region,
    metric: { namespace, name, dimensions },
    time,
    set: setOfValues(point.values),
    unit,
    resolution: 1,
    ...(point.isDefault && { onlyIfFirst: true }),
  };
}

const CLOUDWATCH = 'cloudwatch.amazonaws.com';

/**
 * Tells topics of alarms as CloudWatch's service principal: the topic's policy decides, and the one that topics have by
 * default lets in the alarms of its own account.
 */
export function createTopicNotifier(topics: Topics, authorizer: Authorizer): AlarmNotifier {
  return {
    async notify({ action, alarmArn, account, message, messageId, changedAt }) {
      const topic = await topics.get(action);
      const decision = await authorizer.authorize({
        caller: { kind: 'service', account, arn: CLOUDWATCH, principalId: CLOUDWATCH },
        action: 'SNS:Publish',
        resource: action,
        resourceAccount: topic.account,
        resourcePolicy: topic.policy ?? defaultPolicy(topic),
        context: {
          'aws:SourceArn': alarmArn,
          'aws:SourceAccount': account,
          // What the default policy asks about.
          'aws:SourceOwner': account,
        },
      });
      if (!decision.allowed) throw new TopicError('AuthorizationError', decision.message);
      const byProtocol = new Map([
        ['email', message.mail],
        ['slack', message.chat],
      ]);
      const { subject, json } = message;
      await topics.publish(action, { message: json, subject, byProtocol }, { messageId, at: changedAt });
    },
  };
}

function registerCloudWatch({ gauge }: Metrics, cloudWatch: CloudWatch): void {
  const { metrics, alarms, actionCounters } = cloudWatch;
  gauge('opentrail_cloudwatch_metrics', 'Metrics that are kept', (g) => g.set(metrics.size));
  gauge(
    'opentrail_cloudwatch_dropped_total',
    'Data points left out since start, because there were too many metrics',
    (g) => g.set(metrics.dropped),
  );
  gauge(
    'opentrail_alarms',
    'Alarms by state',
    (g) => {
      for (const state of ['OK', 'ALARM', 'INSUFFICIENT_DATA'])
        g.set({ state }, alarms.all().filter((alarm) => alarm.state === state).length);
    },
    ['state'],
  );
  gauge('opentrail_alarm_actions_waiting', 'Alarm actions that are still to be carried out', (g) =>
    g.set(cloudWatch.owedActions),
  );
  gauge('opentrail_alarm_actions_succeeded_total', 'Alarm actions carried out since start', (g) =>
    g.set(actionCounters.succeeded),
  );
  gauge(
    'opentrail_alarm_actions_failed_total',
    'Alarm actions given up since start, by reason',
    (g) => {
      for (const [reason, count] of actionCounters.failed) g.set({ reason }, count);
    },
    ['reason'],
  );
}

function registerFilters({ gauge }: Metrics, { meterCounters }: Pick<Logs, 'meterCounters'>): void {
  gauge(
    'opentrail_metric_filter_matches_without_value_total',
    'Log events that matched a metric filter but lacked the field of its value or of a dimension, since start',
    (g) => g.set(meterCounters.withoutValue),
  );
  gauge(
    'opentrail_metric_filter_dropped_appends_total',
    'Appends of log events that metric filters did not count, because too many waited for the metrics, since start',
    (g) => g.set(meterCounters.droppedAppends),
  );
}
