import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import {
  type Delivery,
  type DeliveryOptions,
  type LogGroupDelivery,
  startDelivery,
  startLogGroupDelivery,
} from '../delivery/index.ts';
import type { Journal } from '../journal/index.ts';
import type { State } from '../state/index.ts';
import type { EventStore } from '../store/index.ts';
import type { Trail, TrailLogGroup, Trails } from '../trails/index.ts';
import type { BackupGate } from './backup-gate.ts';
import type { OpenedEventBus } from './open-event-bus.ts';
import type { OpenedForwards } from './open-forward.ts';
import { within } from './within.ts';

/** How long DeleteTrail waits for the last files of its trail (ms); they go on being delivered after that. */
const DELETE_PATIENCE = 5_000;

/** Every reader of the journal that trails have: into buckets and the history, log groups, and onto the event bus. */
export interface OpenedDelivery {
  /** `flush`, `status` and `retire` of all readers together. */
  readonly delivery: Delivery;
  readonly logGroups: LogGroupDelivery;
  /** Resolves when the deleted trail's last files are there, or after a while. */
  retireSoon(trail: Trail): Promise<void>;
  close(): Promise<void>;
}

/** Starts the readers where they stood; the journal is trimmed up to what all of them have read. */
export async function openDeliveryRoom(
  config: Config,
  house: Pick<DeliveryOptions, 'bucket' | 'topic' | 'keys' | 'onDigestHead'> & {
    readonly state: State;
    /** With intake going first. */
    readonly journal: Journal;
    readonly store: EventStore;
    readonly trails: Trails;
    readonly logGroup: TrailLogGroup;
    readonly events: OpenedEventBus;
    readonly forwards: OpenedForwards;
    readonly gate: BackupGate;
    readonly now: () => number;
    readonly log: Logger;
  },
): Promise<OpenedDelivery> {
  const { state, journal, store, trails, logGroup, events, forwards, gate, now, log, ...rest } = house;
  const onError = (what: string, error: unknown) => log.warn({ err: error }, what);
  const maxHeldBytes = config.journalMaxBytes / 2;
  const logGroups = await startLogGroupDelivery({
    state,
    journal,
    trails,
    logGroup,
    now,
    maxHeldBytes,
    onError,
  });
  const busReader = await events.follow(trails, journal);
  const held = busReader.holdJournal(logGroups.holdJournal(gate.guardJournal(journal)));
  const delivery = await startDelivery({
    ...rest,
    state,
    journal: forwards.holdJournal(held),
    store: gate.guardStore(store),
    trails: {
      all: () => trails.all(),
      closeSpan: (uid, to) => trails.closeSpan(uid, to),
      async dropFinishedSpans(uid, before) {
        await logGroups.keepSpans(uid);
        await trails.dropFinishedSpans(uid, Math.min(before, busReader.heldFrom()));
      },
    },
    now,
    interval: config.deliveryInterval,
    digestInterval: config.digestInterval,
    historyDays: config.historyDays,
    onError,
  });
  const all: Delivery = {
    ...delivery,
    async flush() {
      await Promise.all([logGroups.flush(), busReader.flush()]);
      return await delivery.flush();
    },
    status: async (uid) => ({ ...(await delivery.status(uid)), ...logGroups.status(uid) }),
    async retire(trail) {
      await Promise.all([delivery.retire(trail), logGroups.retire(trail), busReader.retire(trail)]);
    },
  };
  for (const trail of trails.ended()) {
    // Deleted, and the process ended before delivery had taken it over.
    void all.retire(trail).then(() => trails.forget(trail.uid));
  }
  return {
    delivery: all,
    logGroups,
    retireSoon: (trail) => within(DELETE_PATIENCE, all.retire(trail)),
    async close() {
      await delivery.close();
      await logGroups.close();
    },
  };
}
