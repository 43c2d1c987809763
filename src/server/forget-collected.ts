import type { RepoInfo } from '../repos/index.ts';
import { type CollectedStore, Forgetting, type RepoFeed } from '../sources/collect/index.ts';
import type { LogSource } from '../sources/index.ts';
import type { Metrics } from './metrics.ts';

/** How often, ms; what a round begins the next one ends. */
const EVERY = 3_600_000;
/** And first so long after the start: a server that is restarted daily forgets too. */
const FIRST = 300_000;

/** Forgets, hour by hour, what the log of collected records remembers of records that no repository keeps. */
export function startForgetting(house: {
  readonly store: CollectedStore;
  readonly feed: Pick<RepoFeed, 'cursor'>;
  readonly sources: () => readonly Pick<LogSource, 'id'>[];
  readonly repos: () => Promise<readonly Pick<RepoInfo, 'retentionDays' | 'oldest'>[]>;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}): { register(metrics: Metrics): void; close(): Promise<void> } {
  const { store, feed, sources, repos, now, onError } = house;
  const forgetting = new Forgetting({
    store,
    cursor: () => feed.cursor(),
    async keeping() {
      const all = await repos();
      const times = all.flatMap(({ oldest }) => oldest ?? []);
      return {
        retentionDays: Math.max(0, ...all.map(({ retentionDays }) => retentionDays)),
        oldest: times.length === 0 ? undefined : Math.min(...times),
      };
    },
    now,
  });
  let ticking: Promise<void> | undefined;
  const tick = () => {
    ticking ??= forgetting
      .tick(sources().map(({ id }) => id))
      .catch(onError)
      .finally(() => {
        ticking = undefined;
      });
  };
  const first = setTimeout(tick, FIRST);
  const timer = setInterval(tick, EVERY);
  first.unref();
  timer.unref();
  return {
    register({ gauge }) {
      gauge('opentrail_collected_ids', 'Collected records that are known again when they come twice', (g) =>
        g.set(store.ids.size),
      );
      gauge(
        'opentrail_collected_ids_forgotten_total',
        'Ids that were forgotten because no repository keeps their records, since start',
        (g) => g.set(forgetting.forgotten),
      );
    },
    async close() {
      clearTimeout(first);
      clearInterval(timer);
      await ticking;
    },
  };
}
