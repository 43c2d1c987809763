import { type ActionCounters, ActionOutbox } from './actions/action-outbox.ts';
import type { AlarmNotifier } from './actions/owed-action.ts';
import { Alarms } from './alarms/alarms.ts';
import { evaluateAll, LAG } from './alarms/evaluation-loop.ts';
import { clearOldHistory, type HistoryListing, type HistoryPosition, listHistory } from './alarms/history.ts';
import type { HistoryItem } from './alarms/history-item.ts';
import { openCloudWatchEnvironment } from './environment.ts';
import { clearOldPoints } from './metrics/clearing.ts';
import { Metrics } from './metrics/metrics.ts';
import type { CloudWatchPlace } from './place.ts';

/** What the room is opened with. */
export interface CloudWatchOptions {
  /** A folder of its own. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly notifier: AlarmNotifier;
  readonly onError?: (what: string, error: unknown) => void;
  /** Metrics that all accounts together may have. */
  readonly maxSeries?: number;
  /** Alarms that an account may have in a Region. */
  readonly maxAlarms?: number;
  /** Milliseconds between two looks at the clock; 0: nothing is evaluated but by `evaluate`. */
  readonly tick?: number;
}

/** Metrics, alarms, and what alarms set off. May be called concurrently. */
export interface CloudWatch {
  readonly metrics: Metrics;
  readonly alarms: Alarms;
  /** What happened to alarms. */
  history(
    place: CloudWatchPlace,
    listing: HistoryListing,
  ): { readonly items: readonly HistoryItem[]; readonly next?: HistoryPosition };
  /** Evaluates what is due and carries out what is owed; runs by itself. */
  evaluate(): Promise<void>;
  /** Removes what is past its time; runs by itself every hour. */
  sweep(): Promise<void>;
  /** Actions that are still owed. */
  readonly owedActions: number;
  readonly actionCounters: ActionCounters;
  close(): Promise<void>;
}

const TICK = 500;
/** Of all alarms, ms; see `stepOf`. */
const SHORTEST_STEP = 10_000;
const SWEEP_EVERY = 3_600_000;

/** Opens (and makes) the metrics and alarms kept in `path`, and goes on where the last process stopped. */
export function openCloudWatch(options: CloudWatchOptions): CloudWatch {
  const { path, now, notifier, onError, maxSeries, maxAlarms, tick = TICK } = options;
  const env = openCloudWatchEnvironment(path);
  const metrics = new Metrics(env, maxSeries);
  const outbox = new ActionOutbox(env, notifier, now);
  const alarms = new Alarms(env, now, () => carryOutSoon(), maxAlarms);
  let closed = false;
  const isClosed = () => closed;

  const evaluating = oneAtATime(() => evaluateAll({ alarms, metrics, now, isClosed }));
  const acting = oneAtATime(() => outbox.run(isClosed));
  const sweeping = oneAtATime(async () => {
    await clearOldPoints(env, now(), isClosed);
    if (!closed) await clearOldHistory(env, now());
  });

  function inBackground(what: string, work: () => Promise<void>): void {
    if (!closed) work().catch((error: unknown) => onError?.(what, error));
  }

  function carryOutSoon(): void {
    inBackground('carrying out alarm actions', acting.run);
  }

  async function evaluate(): Promise<void> {
    await evaluating.run();
    await acting.run();
  }

  let lastEnd = 0;
  /** Alarms are looked at when a step of time has ended, owed actions always. */
  async function onTick(): Promise<void> {
    const end = Math.floor((now() - LAG) / SHORTEST_STEP);
    if (end === lastEnd) return await acting.run();
    lastEnd = end;
    await evaluate();
  }

  const timers: NodeJS.Timeout[] = [];
  if (tick > 0) {
    timers.push(
      setInterval(() => inBackground('evaluating alarms', onTick), tick),
      setInterval(() => inBackground('clearing old metrics', sweeping.run), SWEEP_EVERY),
    );
    for (const timer of timers) timer.unref();
  }

  return {
    metrics,
    alarms,
    history: (place, listing) => listHistory(env, place, listing),
    evaluate,
    sweep: sweeping.run,
    get owedActions() {
      return outbox.size;
    },
    actionCounters: outbox.counters,
    async close() {
      closed = true;
      for (const timer of timers) clearInterval(timer);
      await Promise.allSettled([evaluating.idle(), acting.idle(), sweeping.idle()]);
      await env.root.close();
    },
  };
}

/** Calls while it runs wait for one more run, which sees what they came for. */
function oneAtATime(work: () => Promise<void>): { run(): Promise<void>; idle(): Promise<void> } {
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function start(): Promise<void> {
    current = work().finally(() => {
      current = undefined;
    });
    return current;
  }

  return {
    run() {
      if (!current) return start();
      next ??= current
        .catch(() => undefined)
        .then(() => {
          next = undefined;
          return start();
        });
      return next;
    },
    async idle() {
      while (current) await current.catch(() => undefined);
    },
  };
}
