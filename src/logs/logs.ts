import type { FilterPattern } from './filter-pattern/filter-pattern.ts';
import type { LogEvent, LogGroup, LogPosition, LogStream, LogsPlace, NewLogEvent } from './log-group.ts';
import { LogsError } from './logs-error.ts';
import type { MetricSink } from './metric-filters/filter-point.ts';
import { Meter, type MeterCounters } from './metric-filters/meter.ts';
import { PointPump } from './metric-filters/point-pump.ts';
import { type LogSearchPage, searchEvents } from './search.ts';
import { clearGarbage, clearOldEvents, retentionEdge } from './store/clearing.ts';
import { openLogsEnvironment } from './store/environment.ts';
import { type AppendMark, LogEvents, type ReadLimits, type TimeRange } from './store/events.ts';
import { LogGroups } from './store/groups.ts';
import { LogStreams } from './store/streams.ts';
import type { SubscriptionCounters, SubscriptionDestinations } from './subscriptions/subscription.ts';
import { Subscriptions } from './subscriptions/subscriptions.ts';

/** What the logs are opened with. */
export interface LogsOptions {
  /** A folder of its own. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Why nothing may be written now (a full disk); undefined while all is well. */
  readonly refusal?: () => string | undefined;
  readonly onError?: (what: string, error: unknown) => void;
  /** Where the points of metric filters go; absent: filters are kept and not run. */
  readonly metrics?: MetricSink;
  /** Where subscriptions send to; absent: they are kept and not run. */
  readonly destinations?: SubscriptionDestinations;
}

/** Log groups, their streams and events. May be called concurrently. */
export interface Logs {
  readonly groups: LogGroups;
  readonly streams: LogStreams;
  readonly meterCounters: MeterCounters;
  /** Absent when subscriptions are not run. */
  readonly subscriptions?: {
    readonly counters: SubscriptionCounters;
    readonly owedBytes: number;
    /** Stops sending, before what it sends to is closed; what is owed waits for the next process. */
    close(): Promise<void>;
  };
  /**
   * Appends events, all or none; answers how many were new to `mark`.
   * @throws LogsError ResourceNotFoundException, ServiceUnavailableException
   */
  append(
    place: LogsPlace,
    group: string,
    stream: string,
    events: readonly NewLogEvent[],
    mark?: AppendMark,
  ): Promise<number>;
  /** Lets go of what is remembered of a source of marked appends. */
  forget(source: string): Promise<void>;
  /** Events of one stream within the group's retention. */
  read(
    group: LogGroup,
    stream: LogStream,
    request: {
      readonly range: TimeRange;
      readonly direction: 'forward' | 'backward';
      readonly position?: LogPosition;
      readonly limits: ReadLimits;
    },
  ): readonly LogEvent[];
  /** Events of the streams named (default: all), by time. */
  search(
    group: LogGroup,
    request: {
      readonly range: TimeRange;
      readonly pattern: FilterPattern;
      readonly streamUids?: ReadonlySet<number>;
      readonly after?: LogPosition;
      readonly limit: number;
    },
  ): Promise<LogSearchPage>;
  /** Removes what is past its retention or was deleted; runs by itself every hour, and after each deletion. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

const SWEEP_EVERY = 3_600_000;

/** Opens (and makes) the log groups kept in `path`. */
export function openLogs({ path, now, refusal, onError, metrics, destinations }: LogsOptions): Logs {
  const env = openLogsEnvironment(path);
  const groups = new LogGroups(env, sweepSoon);
  const streams = new LogStreams(env, sweepSoon);
  const events = new LogEvents(env);
  const meter = new Meter();
  const pump = metrics && new PointPump(env, metrics, (error) => onError?.('handing over metrics', error));
  const subscriptions =
    destinations && new Subscriptions(env, { destinations, now, ...(onError && { onError }) });
  let sweeping: Promise<void> | undefined;
  let closed = false;

  const within = (group: LogGroup, { from, to }: TimeRange): TimeRange => ({
    from: Math.max(from, retentionEdge(group, now()), 0),
    to,
  });

  async function sweepAll(): Promise<void> {
    await clearGarbage(env);
    // Collected first: a read that stays open over the writes would keep their pages from being used again.
    for (const group of [...groups.all()]) {
      if (closed) return;
      if (group.retentionDays !== undefined) await clearOldEvents(env, group, retentionEdge(group, now()));
    }
  }

  function sweep(): Promise<void> {
    sweeping ??= sweepAll().finally(() => {
      sweeping = undefined;
    });
    return sweeping;
  }

  function sweepSoon(): void {
    if (!closed) sweep().catch((error: unknown) => onError?.('clearing old log events', error));
  }

  const timer = setInterval(sweepSoon, SWEEP_EVERY);
  timer.unref();

  return {
    groups,
    streams,
    meterCounters: meter.counters,
    ...(subscriptions && { subscriptions }),
    async append(place, group, stream, batch, mark) {
      const reason = refusal?.();
      if (reason !== undefined) throw new LogsError('ServiceUnavailableException', reason);
      const target = groups.get(place, group);
      const isFull = target.metricFilters.length > 0 && pump?.isFull;
      if (isFull) meter.counters.droppedAppends++;
      const metering = pump && !isFull ? meter.measure(target, batch) : undefined;
      const subscribing = subscriptions?.match(target, batch);
      const appended = await events.append(target, stream, batch, now(), mark, metering, subscribing);
      if (metering) pump?.wake();
      if (subscribing) subscriptions?.wake();
      return appended;
    },
    forget: (source) => events.forget(source),
    read: (group, stream, { range, direction, position, limits }) =>
      events.readStream(group, stream, within(group, range), direction, position, limits),
    async search(group, { range, pattern, streamUids, after, limit }) {
      return await searchEvents(events, group, {
        range: within(group, range),
        pattern,
        isWanted: (uid) => streamUids?.has(uid) ?? streams.nameOf(group, uid) !== undefined,
        ...(after && { after }),
        limit,
      });
    },
    sweep,
    async close() {
      closed = true;
      clearInterval(timer);
      await pump?.close();
      await subscriptions?.close();
      await sweeping?.catch(() => undefined);
      await env.root.close();
    },
  };
}
