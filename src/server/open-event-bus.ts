import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Logger } from 'pino';
import type { Service } from '../aws/index.ts';
import type { Config } from '../config/index.ts';
import { type EventBusDelivery, startEventBusDelivery, type TrailEventSink } from '../delivery/index.ts';
import { type EventBus, openEventBus } from '../event-bus/index.ts';
import type { Authorizer } from '../identity/index.ts';
import type { Journal } from '../journal/index.ts';
import type { Logs } from '../logs/index.ts';
import type { ServiceSender } from '../queues/index.ts';
import { createEventsService, openRemoteBus, type RemoteBus } from '../services/events/index.ts';
import { type State, updateState } from '../state/index.ts';
import { createPost, type Topics } from '../topics/index.ts';
import type { Trail } from '../trails/index.ts';
import type { DataDir } from './data-dir.ts';
import { createTargetSender } from './event-targets.ts';
import type { Metrics } from './metrics.ts';
import { perRegion, sdkOptionsOf } from './neighbours.ts';

const CURSOR = 'delivery/event-bus';

/** The event bus, its service, and the reader that brings trails' events onto it. */
export interface OpenedEventBus {
  readonly bus: EventBus;
  readonly service: Service;
  /** Starts the reader; to be called once, when the trails are open. */
  follow(trails: { all(): readonly Trail[] }, journal: Journal): Promise<EventBusDelivery>;
  register(metrics: Metrics): void;
  close(): Promise<void>;
}

/** Opens the bus in the data directory. With a real bus in the settings, trails' events go there instead. */
export function openEventBusRoom(
  config: Config,
  house: {
    readonly dir: DataDir;
    readonly state: State;
    readonly identity: Authorizer;
    readonly topics: Topics;
    readonly queues: ServiceSender;
    readonly logs: Logs;
    readonly disk: { refusal(): string | undefined };
    readonly head: () => number;
    readonly now: () => number;
    readonly log: Logger;
  },
): OpenedEventBus {
  const { dir, state, identity, topics, queues, logs, disk, head, now, log } = house;
  const onError = (what: string, error: unknown) => log.warn({ err: error, room: 'event-bus' }, what);
  const webhooks = config.eventWebhooks;
  const bus = openEventBus({
    path: dir.eventBus,
    sender: createTargetSender({
      topics,
      queues,
      logs,
      authorizer: identity,
      webhooks,
      // The operator lists them: private networks are theirs.
      post: createPost({ allowPrivate: true }),
      now,
    }),
    now,
    head,
    refusal: () => disk.refusal(),
    onError,
  });
  let reader: EventBusDelivery | undefined;
  let remote: RemoteBus | undefined;
  const clients: EventBridgeClient[] = [];

  async function sinkOf(): Promise<TrailEventSink> {
    const { events } = config.endpoints;
    if (!events) return bus;
    remote = await openRemoteBus({
      clientOf: perRegion((region) => {
        const client = new EventBridgeClient(sdkOptionsOf(events, region));
        clients.push(client);
        return client;
      }),
      cursor: {
        read: async () => (await state.get<number>(CURSOR))?.value,
        write: async (next) => void (await updateState<number>(state, CURSOR, () => next)),
      },
      head: head(),
    });
    return remote;
  }

  return {
    bus,
    service: createEventsService({ bus, hasWebhook: (name) => webhooks.has(name), now }),
    async follow(trails, journal) {
      const sink = await sinkOf();
      reader = startEventBusDelivery({
        journal,
        trails,
        sink,
        now,
        maxHeldBytes: config.journalMaxBytes / 2,
        onError,
      });
      return reader;
    },
    register(metrics) {
      registerBus(metrics, bus, () => ({ reader, remote }));
    },
    async close() {
      await reader?.close();
      await bus.close();
      for (const client of clients) client.destroy();
    },
  };
}

function registerBus(
  { gauge }: Metrics,
  bus: EventBus,
  parts: () => { readonly reader?: EventBusDelivery | undefined; readonly remote?: RemoteBus | undefined },
): void {
  const { counters } = bus;
  gauge('opentrail_event_bus_events_total', 'Events put on a bus that has rules, since start', (g) =>
    g.set(counters.events),
  );
  gauge('opentrail_event_bus_matched_total', 'Pairs of an event and a rule that took it, since start', (g) =>
    g.set(counters.matched),
  );
  gauge('opentrail_event_bus_delivered_total', 'Events that targets have taken, since start', (g) =>
    g.set(counters.delivered + (parts().remote?.counters.sent ?? 0)),
  );
  gauge('opentrail_event_bus_failed_tries_total', 'Tries to deliver that failed, since start', (g) =>
    g.set(counters.failedTries + (parts().remote?.counters.failedTries ?? 0)),
  );
  gauge('opentrail_event_bus_dead_letters_total', 'Events sent to dead letter queues, since start', (g) =>
    g.set(counters.deadLetters),
  );
  gauge(
    'opentrail_event_bus_dropped_total',
    'Events that a target, or a real bus, did not get, since start',
    (g) => {
      const { reader, remote } = parts();
      for (const [reason, count] of counters.dropped) g.set({ reason }, count);
      for (const [reason, count] of remote?.counters.dropped ?? []) g.set({ reason }, count);
      g.set({ reason: 'dead-letter-lost' }, counters.deadLettersLost);
      if (reader) g.set({ reason: 'overflow' }, reader.dropped);
    },
    ['reason'],
  );
  gauge('opentrail_event_bus_waiting', 'Events that targets are owed', (g) => g.set(bus.owed.events));
  gauge('opentrail_event_bus_waiting_bytes', 'Size of the events that targets are owed', (g) =>
    g.set(bus.owed.bytes),
  );
  gauge('opentrail_event_bus_backlog_events', 'Accepted events that no rule has looked at yet', (g) =>
    g.set(parts().reader?.backlog ?? 0),
  );
}
