import type { Journal } from '../../journal/index.ts';
import type { State } from '../../state/index.ts';
import { type DeliveryStatus, type Trail, TrailLogGroupError } from '../../trails/index.ts';
import { type CarryDependencies, carryNext, mergeSpans, unfinished } from './carry.ts';
import { LogGroupRecord, type LogGroupState } from './log-group-state.ts';

/** What delivery into log groups needs. */
export interface LogGroupDeliveryOptions extends CarryDependencies {
  readonly state: State;
  readonly trails: { all(): readonly Trail[] };
  readonly onError: (what: string, error: unknown) => void;
}

/** A trail's way into its log group, for the metrics. */
export interface LogGroupProgress {
  readonly trail: Trail;
  readonly state: LogGroupState;
}

/** The readers of the journal that bring trails' events into log groups, within a second of their acceptance. */
export interface LogGroupDelivery {
  /** Delivers everything that was accepted before the call, as far as the log groups take it. */
  flush(): Promise<void>;
  status(uid: string): DeliveryStatus;
  /** The journal as it is to be trimmed: what a reader still has to read is kept. */
  holdJournal(journal: Journal): Journal;
  /** To be called before the trail's finished spans are let go of: a reader may still need their rules. */
  keepSpans(uid: string): Promise<void>;
  /** Takes over a deleted trail in its last form; what its log group does not take now is given up. */
  retire(trail: Trail): Promise<void>;
  progress(): readonly LogGroupProgress[];
  /** Finishes what is in flight. */
  close(): Promise<void>;
}

const TICK = 1_000;
/** New events wait this long for company. */
const DELAY = 100;
const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;

/** One trail's reader: never two at a time. */
interface Runner {
  trail: Trail;
  readonly record: LogGroupRecord;
  failures: number;
  /** Not before then, ms since the epoch. */
  due: number;
  turn: Promise<void>;
}

/** Starts the readers, each where it stood; they run until `close`. */
export async function startLogGroupDelivery(options: LogGroupDeliveryOptions): Promise<LogGroupDelivery> {
  const { state, trails, journal, logGroup, now, onError } = options;
  const runners = new Map<string, Runner>();
  let closed = false;

  async function runnerOf(trail: Trail): Promise<Runner> {
    const known = runners.get(trail.uid);
    if (known) return known;
    const record = await LogGroupRecord.open(state, trail.uid, trail.logGroupFrom ?? journal.head().seq);
    const raced = runners.get(trail.uid);
    if (raced) return raced;
    const runner: Runner = { trail, record, failures: 0, due: 0, turn: Promise.resolve() };
    runners.set(trail.uid, runner);
    return runner;
  }

  /** Runs `work` when nothing else is at work for this trail. A failure is the caller's, not the next one's. */
  function inTurn(runner: Runner, work: () => Promise<void>): Promise<void> {
    const done = runner.turn.then(work);
    runner.turn = done.catch(() => undefined);
    return done;
  }

  /** Takes up trails that got a log group, and lets go of those that lost theirs. */
  async function refresh(): Promise<void> {
    const wanted = new Map(
      trails.all().flatMap((trail) => (trail.cloudWatchLogsLogGroupArn ? [[trail.uid, trail] as const] : [])),
    );
    for (const [uid, runner] of runners) {
      const trail = wanted.get(uid);
      if (!trail) {
        runners.delete(uid);
        continue;
      }
      if (isOtherTarget(trail, runner.trail)) Object.assign(runner, { failures: 0, due: 0 });
      runner.trail = trail;
    }
    for (const trail of wanted.values()) await runnerOf(trail);
  }

  /** Carries a trail to the head of now. Never rejects: failures are kept in the status and tried again. */
  async function run(runner: Runner): Promise<void> {
    const goal = journal.head().seq;
    const { record } = runner;
    try {
      await record.clearDoubt();
      // The log group was taken away and set again: what came in between was not for it.
      const { logGroupFrom = 0 } = runner.trail;
      if (logGroupFrom > record.value.cursor) record.advance({ cursor: logGroupFrom, spans: [] });
      while (!closed && (await carryNext(runner.trail, record, options)) && record.value.cursor < goal);
      runner.failures = 0;
      runner.due = 0;
    } catch (error) {
      runner.due = now() + Math.min(FIRST_RETRY * 2 ** runner.failures++, LAST_RETRY);
      onError(`delivery of ${runner.trail.arn} into its log group`, error);
      await noteFailure(record, error).catch((cause: unknown) => onError('saving a delivery status', cause));
    }
  }

  async function noteFailure(record: LogGroupRecord, error: unknown): Promise<void> {
    // What was appended before a save failed is remembered there: going back to the saved place doubles nothing.
    await record.clearDoubt();
    const latestError = error instanceof TrailLogGroupError ? error.code : 'InternalError';
    if (record.value.latestError !== latestError) await record.save({ latestError });
  }

  async function runAll(isForced = false): Promise<void> {
    await refresh();
    const ready = [...runners.values()].filter(({ due }) => isForced || due <= now());
    await Promise.all(ready.map((runner) => inTurn(runner, () => run(runner))));
  }

  let running: Promise<void> | undefined;
  let isWanted = false;
  let timer: NodeJS.Timeout | undefined;

  function wake(): void {
    isWanted = true;
    if (closed || timer || running) return;
    timer = setTimeout(() => {
      timer = undefined;
      isWanted = false;
      running = runAll()
        .catch((error: unknown) => onError('delivery into log groups', error))
        .finally(() => {
          running = undefined;
          if (isWanted) wake();
        });
    }, DELAY);
  }

  const stopListening = journal.onAppend(wake);
  const ticker = setInterval(wake, TICK);
  await refresh();
  wake();

  /** What no reader has to read any more; all of the journal without readers. */
  function heldFrom(): number {
    const reading = [...runners.values()].filter(
      ({ trail, record }) => mergeSpans(record.value.spans, trail.spans).length > 0,
    );
    const coming = trails
      .all()
      .filter(({ uid, logGroupFrom }) => logGroupFrom !== undefined && !runners.has(uid));
    return Math.min(
      Number.POSITIVE_INFINITY,
      ...reading.map(({ record }) => record.value.cursor),
      ...coming.map(({ logGroupFrom = 0 }) => logGroupFrom),
    );
  }

  return {
    async flush() {
      await running;
      await runAll(true);
    },
    status(uid) {
      const value = runners.get(uid)?.record.value;
      return {
        ...(value?.latestTime !== undefined && { latestCloudWatchLogsDeliveryTime: value.latestTime }),
        ...(value?.latestError !== undefined && { latestCloudWatchLogsDeliveryError: value.latestError }),
      };
    },
    holdJournal: (whole) => ({
      append: (events) => whole.append(events),
      head: () => whole.head(),
      tail: () => whole.tail(),
      read: (from, limits) => whole.read(from, limits),
      trim: (before) => whole.trim(Math.min(before, heldFrom())),
      onAppend: (listener) => whole.onAppend(listener),
      size: () => whole.size(),
      close: () => whole.close(),
    }),
    async keepSpans(uid) {
      const trail = trails.all().find((one) => one.uid === uid);
      if (!trail?.cloudWatchLogsLogGroupArn) return;
      const runner = await runnerOf(trail);
      await inTurn(runner, async () => {
        await runner.record.clearDoubt();
        const spans = unfinished(runner.record, trail, runner.record.value.cursor);
        if (spans.length > 0) await runner.record.save({ spans });
      });
    },
    async retire(trail) {
      if (trail.cloudWatchLogsLogGroupArn) {
        const head = journal.head().seq;
        const spans = trail.spans.map((span) =>
          span.to === null ? { ...span, to: Math.max(head, span.from) } : span,
        );
        const runner = await runnerOf(trail);
        await inTurn(runner, async () => {
          runner.trail = { ...trail, spans };
          await run(runner);
          const left = head - runner.record.value.cursor;
          if (runner.failures > 0)
            onError(
              `delivery of deleted trail ${trail.arn} into its log group: at most ${left} events given up`,
              undefined,
            );
          await runner.record.remove();
        });
        runners.delete(trail.uid);
      } else {
        // It may have had a log group once.
        await (await LogGroupRecord.open(state, trail.uid, 0)).remove();
      }
      await logGroup.forget(trail.uid);
    },
    progress: () => [...runners.values()].map(({ trail, record }) => ({ trail, state: record.value })),
    async close() {
      closed = true;
      stopListening();
      clearInterval(ticker);
      clearTimeout(timer);
      await running;
      for (const runner of runners.values()) await inTurn(runner, () => runner.record.settle());
    },
  };
}

function isOtherTarget(one: Trail, other: Trail): boolean {
  return (
    one.cloudWatchLogsLogGroupArn !== other.cloudWatchLogsLogGroupArn ||
    one.cloudWatchLogsRoleArn !== other.cloudWatchLogsRoleArn
  );
}
