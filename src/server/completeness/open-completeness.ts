import type { Logger } from 'pino';
import type { AcceptedEvent } from '../../event/index.ts';
import { FATES } from '../../sources/completeness/index.ts';
import type { LogSource } from '../../sources/index.ts';
import type { Metrics } from '../metrics.ts';
import { incompleteEvent } from './incomplete-event.ts';
import {
  type CompletenessRooms,
  createSourceCompleteness,
  type SourceCompleteness,
} from './source-completeness.ts';

/** Completeness of this house's sources: on demand, and once a day by itself. */
export interface OpenedCompleteness extends SourceCompleteness {
  /** Gauges, and where the events of incomplete sources go. */
  register(metrics: Metrics, take: (event: AcceptedEvent) => Promise<unknown>): void;
  close(): Promise<void>;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** How often it is looked whether a check is due. */
const LOOK_EVERY = HOUR / 4;
/** A digest may come an hour after its window, and the collector takes its time. */
const SETTLED = 3 * HOUR;

/** Opens the checks; the daily ones begin when the collector runs and a day has gone by. */
export function openCompleteness(
  rooms: Omit<CompletenessRooms, 'onIncomplete'>,
  house: { readonly account: string; readonly region: string; readonly log: Logger },
): OpenedCompleteness {
  const { sources, now } = rooms;
  let take: ((event: AcceptedEvent) => Promise<unknown>) | undefined;
  const counts = { failed: 0 };
  const checks = createSourceCompleteness({
    ...rooms,
    async onIncomplete(source, report) {
      house.log.warn({ source: source.name, from: report.from, to: report.to }, 'a source is incomplete');
      await take?.(incompleteEvent(report, { ...house, now: now() }));
    },
  });
  const due = new Map<string, number>();
  let isChecking = false;

  async function checkDue(): Promise<void> {
    for (const source of sources.list()) {
      if (source.paused || rooms.collectedOf(source.id) === undefined) continue;
      // A new source is filled first; what it lacks then is no finding.
      const at = due.get(source.id) ?? Math.max(source.createdAt, now()) + DAY;
      due.set(source.id, at);
      if (now() < at) continue;
      due.set(source.id, now() + DAY);
      await checkDay(source);
    }
  }

  async function checkDay(source: LogSource): Promise<void> {
    const to = now() - SETTLED;
    try {
      await checks.check(source, { from: Math.max(to - DAY - HOUR, source.connector.startDate), to });
    } catch (error) {
      counts.failed++;
      house.log.warn(
        { err: error, source: source.name },
        'the completeness of a source could not be checked',
      );
    }
  }

  const timer = setInterval(() => {
    if (isChecking) return;
    isChecking = true;
    void checkDue().finally(() => {
      isChecking = false;
    });
  }, LOOK_EVERY);
  timer.unref();
  const unhear = sources.onChange((id, source) => {
    if (source) return;
    due.delete(id);
    checks.forget(id).catch((error: unknown) => {
      house.log.warn({ err: error }, 'what was remembered of a source could not be forgotten');
    });
  });

  return {
    latest: checks.latest,
    forget: (id) => checks.forget(id),
    check: (source, order) => checks.check(source, order),
    register({ gauge }, taker) {
      take = taker;
      const nameOf = (id: string) => sources.get(id)?.name;
      gauge(
        'opentrail_source_complete',
        'Newest check of a source: 1 complete, 0 something is missing, changed or put in, -1 behind or without digests',
        (g) => {
          for (const [id, { verdict }] of checks.latest) {
            const source = nameOf(id);
            if (source === undefined) continue;
            g.set({ source }, verdict === 'complete' ? 1 : verdict === 'incomplete' ? 0 : -1);
          }
        },
        ['source'],
      );
      gauge(
        'opentrail_source_promised_files',
        "Log files that digests promised, by what became of them, in a source's newest check",
        (g) => {
          for (const [id, { chains }] of checks.latest) {
            const source = nameOf(id);
            if (source === undefined) continue;
            for (const fate of FATES) {
              g.set(
                { source, fate },
                chains.reduce((sum, { counts: files }) => sum + files[fate], 0),
              );
            }
            g.set(
              { source, fate: 'unlisted' },
              chains.reduce((sum, { unlisted }) => sum + unlisted, 0),
            );
          }
        },
        ['source', 'fate'],
      );
      gauge(
        'opentrail_source_checks_failed_total',
        'Daily checks of sources that could not be made, since start',
        (g) => g.set(counts.failed),
      );
    },
    async close() {
      clearInterval(timer);
      unhear();
    },
  };
}
