import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Delivery, LogGroupDelivery } from '../delivery/index.ts';
import type { AnchorCounts, Anchors } from '../digest/index.ts';
import type { IngestCounters } from '../ingest/index.ts';
import type { Journal } from '../journal/index.ts';
import type { EventStore } from '../store/index.ts';

/** What `GET /metrics` reads; all of it is asked for when somebody scrapes, not kept up to date in between. */
export interface MetricSources {
  readonly ingest: IngestCounters;
  readonly journal: Journal;
  readonly delivery: Delivery;
  readonly logGroups: LogGroupDelivery;
  readonly store: EventStore;
  readonly anchors: Pick<Anchors, 'counts'>;
  readonly now: () => number;
}

/** The registry behind `GET /metrics`, in Prometheus's text form, and the counters that others feed. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  countNotImplemented(service: string, operation: string): void;
  /** Adds a value of another room, read at each scrape. */
  gauge(
    name: string,
    help: string,
    read: (gauge: Gauge) => void | Promise<void>,
    labelNames?: string[],
  ): void;
}

/** Makes the registry. Names end in their unit; every refused or dropped event is here with its reason. */
export function createMetrics(sources: MetricSources): Metrics {
  const { ingest, journal, delivery, logGroups, store, anchors, now } = sources;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const notImplemented = new Counter({
    name: 'opentrail_not_implemented_total',
    help: 'Calls of operations that are declared but not built',
    labelNames: ['service', 'operation'],
    registers: [registry],
  });

  /** A value that is read at the moment of the scrape. */
  function gauge(
    name: string,
    help: string,
    read: (gauge: Gauge) => void | Promise<void>,
    labelNames: string[] = [],
  ) {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset();
        await read(this);
      },
    });
  }

  gauge('opentrail_events_accepted_total', 'Events that are durable in the journal, since start', (g) =>
    g.set(ingest.accepted),
  );
  gauge(
    'opentrail_events_duplicate_total',
    'Events whose eventID was accepted within the last day, since start',
    (g) => g.set(ingest.duplicate),
  );
  gauge(
    'opentrail_events_refused_total',
    'Events that were not taken, since start',
    (g) => {
      for (const [reason, count] of ingest.refused) g.set({ reason }, count);
    },
    ['reason'],
  );
  gauge('opentrail_journal_events', 'Events in the journal', (g) =>
    g.set(journal.head().seq - journal.tail().seq),
  );
  gauge('opentrail_journal_bytes', 'Size of the journal on disk', async (g) => g.set(await journal.size()));
  gauge('opentrail_history_backlog_events', 'Events that are not in the event history yet', (g) =>
    g.set(journal.head().seq - delivery.historyCursor().seq),
  );
  gauge('opentrail_store_events', 'Events in the event history', async (g) =>
    g.set((await store.size()).events),
  );
  gauge('opentrail_store_bytes', 'Size of the event history on disk', async (g) =>
    g.set((await store.size()).bytes),
  );

  const perPlace = (name: string, help: string, value: (counts: AnchorCounts) => number) =>
    gauge(
      name,
      help,
      (g) => {
        // What follows the question mark may be anything that its owner needed there.
        for (const counts of anchors.counts())
          g.set({ place: counts.place.replace(/\?.*$/, '') }, value(counts));
      },
      ['place'],
    );
  perPlace('opentrail_anchors_kept_total', 'Anchors that a place has taken, since start', ({ kept }) => kept);
  perPlace('opentrail_anchors_failed_total', 'Tries that failed, since start', ({ failed }) => failed);
  perPlace(
    'opentrail_anchors_given_up_total',
    'Anchors given up after the last try',
    ({ givenUp }) => givenUp,
  );
  perPlace(
    'opentrail_anchors_waiting',
    'Chains whose newest digest waits for a place',
    ({ waiting }) => waiting,
  );

  const trailLabels = ['account', 'region', 'trail'];
  const perTrail = (
    name: string,
    help: string,
    value: (p: ReturnType<Delivery['progress']>[number]) => number | undefined,
  ) =>
    gauge(
      name,
      help,
      (g) => {
        for (const progress of delivery.progress()) {
          const { account, homeRegion, name: trail } = progress.trail;
          const number = value(progress);
          if (number !== undefined) g.set({ account, region: homeRegion, trail }, number);
        }
      },
      trailLabels,
    );
  perTrail(
    'opentrail_trail_backlog_events',
    'Events that a trail has not looked at yet',
    ({ backlog }) => backlog,
  );
  perTrail(
    'opentrail_trail_delivered_files_total',
    'Log files delivered',
    ({ state }) => state.delivered.files,
  );
  perTrail(
    'opentrail_trail_delivered_events_total',
    'Events delivered in log files',
    ({ state }) => state.delivered.events,
  );
  perTrail(
    'opentrail_trail_delivered_bytes_total',
    'Bytes of log files delivered, compressed',
    ({ state }) => state.delivered.bytes,
  );
  perTrail('opentrail_trail_delivery_failing', '1 while the latest delivery attempt failed', ({ state }) =>
    state.status.latestDeliveryError ? 1 : 0,
  );
  perTrail('opentrail_trail_delivery_age_seconds', 'Seconds since the latest delivery', ({ state }) =>
    state.status.latestDeliveryTime === undefined
      ? undefined
      : (now() - state.status.latestDeliveryTime) / 1000,
  );
  perTrail(
    'opentrail_trail_digests_delivered_total',
    'Digest files delivered, of trails with log file validation',
    ({ state }) => state.digest?.delivered,
  );
  perTrail(
    'opentrail_trail_digest_failing',
    '1 while the latest digest delivery failed',
    ({ state }) => state.digest && (state.status.latestDigestDeliveryError ? 1 : 0),
  );
  perTrail('opentrail_trail_digest_age_seconds', 'Seconds since the latest digest delivery', ({ state }) =>
    state.status.latestDigestDeliveryTime === undefined
      ? undefined
      : (now() - state.status.latestDigestDeliveryTime) / 1000,
  );
  perTrail(
    'opentrail_trail_unlisted_files_total',
    'Log files that no digest will list, because too many waited for one',
    ({ state }) => state.digest && (state.digest.unlisted ?? 0),
  );
  gauge(
    'opentrail_events_dropped_total',
    'Events that a trail had to give up',
    (g) => {
      for (const { trail, state } of delivery.progress()) {
        for (const [reason, count] of Object.entries(state.dropped)) {
          g.set({ account: trail.account, region: trail.homeRegion, trail: trail.name, reason }, count);
        }
      }
    },
    [...trailLabels, 'reason'],
  );

  gauge(
    'opentrail_log_group_delivered_events_total',
    'Events delivered into the log group of a trail',
    (g) => {
      for (const { trail, state } of logGroups.progress())
        g.set({ account: trail.account, region: trail.homeRegion, trail: trail.name }, state.delivered);
    },
    trailLabels,
  );
  gauge(
    'opentrail_log_group_backlog_events',
    'Events that have not been looked at for the log group of a trail yet',
    (g) => {
      for (const { trail, state } of logGroups.progress()) {
        const backlog = trail.spans.length > 0 ? Math.max(0, journal.head().seq - state.cursor) : 0;
        g.set({ account: trail.account, region: trail.homeRegion, trail: trail.name }, backlog);
      }
    },
    trailLabels,
  );
  gauge(
    'opentrail_log_group_dropped_events_total',
    'Events that did not go into the log group of a trail',
    (g) => {
      for (const { trail, state } of logGroups.progress()) {
        for (const [reason, count] of Object.entries(state.dropped)) {
          g.set({ account: trail.account, region: trail.homeRegion, trail: trail.name, reason }, count);
        }
      }
    },
    [...trailLabels, 'reason'],
  );

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    countNotImplemented: (service, operation) => notImplemented.inc({ service, operation }),
    gauge,
  };
}
