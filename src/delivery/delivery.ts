import type { DigestHead, KeyRing } from '../digest/index.ts';
import type { Journal, JournalPosition } from '../journal/index.ts';
import type { State } from '../state/index.ts';
import type { EventStore } from '../store/index.ts';
import type { DeliveryStatus, Trail, TrailBucket, TrailTopic } from '../trails/index.ts';
import { DeliveryRecord, type DeliveryState } from './delivery-state.ts';
import { DigestRunner } from './digests/digest-runner.ts';
import { startHistoryLoop } from './history/history-loop.ts';
import { isRefusal } from './put-failure.ts';
import { announce, deliverNext, EARLY_BYTES } from './trail-delivery.ts';

/** The trails as delivery needs them; `trails` keeps them. */
export interface DeliverableTrails {
  all(): readonly Trail[];
  closeSpan(uid: string, to: number): Promise<void>;
  dropFinishedSpans(uid: string, before: number): Promise<void>;
}

export interface DeliveryOptions {
  readonly state: State;
  readonly journal: Journal;
  readonly store: EventStore;
  readonly trails: DeliverableTrails;
  readonly bucket: TrailBucket;
  readonly topic: TrailTopic;
  readonly now: () => number;
  /** Milliseconds between two deliveries of a trail; more often when much has piled up. */
  readonly interval: number;
  /** The keys that sign digests. */
  readonly keys: KeyRing;
  /** Milliseconds that a digest covers, whole seconds; an hour on AWS. */
  readonly digestInterval: number;
  /** Told of each digest after its commit: the new head of its chain. */
  readonly onDigestHead?: (head: DigestHead) => void;
  readonly historyDays: number;
  readonly onError: (what: string, error: unknown) => void;
}

/** What a flush reached for one trail. */
export interface FlushOutcome {
  readonly trail: string;
  readonly files: number;
  readonly events: number;
  /** The error that stopped it; the rest waits for the next attempt. */
  readonly error?: string;
}

/** A trail's delivery for the metrics. */
export interface TrailProgress {
  readonly trail: Trail;
  readonly state: DeliveryState;
  /** Events of the journal that the trail has not looked at yet. */
  readonly backlog: number;
}

export interface Delivery {
  /** Delivers everything that was accepted before the call, to every trail and into the history. */
  flush(): Promise<readonly FlushOutcome[]>;
  status(uid: string): Promise<DeliveryStatus | undefined>;
  /**
   * Takes over a trail that was deleted: its events up to now are still delivered, if its bucket takes them. Resolves
   * after the first attempt.
   */
  retire(trail: Trail): Promise<void>;
  progress(): readonly TrailProgress[];
  historyCursor(): JournalPosition;
  /** Finishes what is in flight; what waits for its interval waits for the next start. */
  close(): Promise<void>;
}

/** How often trails are looked at: stops take effect and large backlogs are seen within this time. */
const TICK = 1_000;
const TRIM_EVERY = 30_000;
const HISTORY_SWEEP_EVERY = 3_600_000;
const FIRST_RETRY = 2_000;
const LAST_RETRY = 300_000;
/** Cursors that moved without a delivery are written down this often: a crash only costs looking again. */
const SAVE_CURSOR_EVENTS = 50_000;

/** One trail's runner: never two deliveries of one trail at a time, be it of log files or of digests. */
interface Runner {
  trail: Trail;
  readonly record: DeliveryRecord;
  readonly digests: DigestRunner;
  savedSeq: number;
  due: number;
  failures: number;
  running?: Promise<void>;
}

/** Starts delivery: it runs until `close`. */
export async function startDelivery(options: DeliveryOptions): Promise<Delivery> {
  const { state, journal, trails, now, interval } = options;
  const history = await startHistoryLoop(options);
  const runners = new Map<string, Runner>();

  const dependencies = {
    journal,
    bucket: options.bucket,
    topic: options.topic,
    now,
    closeSpan: async (uid: string, to: number) => {
      const runner = runners.get(uid);
      if (runner?.record.value.retired) return;
      await trails.closeSpan(uid, to);
      refresh();
    },
    dropSpans: async (uid: string, before: number) => {
      if (runners.get(uid)?.record.value.retired) return;
      await trails.dropFinishedSpans(uid, before);
      refresh();
    },
  };

  const digestDependencies = {
    keys: options.keys,
    interval: options.digestInterval,
    bucket: options.bucket,
    now,
    onHead: options.onDigestHead,
  };

  async function runnerOf(trail: Trail): Promise<Runner> {
    const known = runners.get(trail.uid);
    if (known) return known;
    const start = { seq: trail.spans[0]?.from ?? journal.head().seq, bytes: journal.head().bytes };
    const record = await DeliveryRecord.open(state, trail, start);
    const digests = new DigestRunner(digestDependencies, options.onError);
    const savedSeq = record.value.cursor.seq;
    const runner: Runner = { trail, record, digests, savedSeq, due: nextSlot(), failures: 0 };
    const raced = runners.get(trail.uid);
    if (raced) return raced;
    runners.set(trail.uid, runner);
    return runner;
  }

  /** Takes up trails that appeared or changed, and lets go of deleted ones that have nothing left to deliver. */
  function refresh(): void {
    const live = new Map(trails.all().map((trail) => [trail.uid, trail]));
    for (const [uid, runner] of runners) {
      const trail = live.get(uid);
      if (trail) runner.trail = trail;
      else if (!runner.record.value.retired && !runner.running) runners.delete(uid);
    }
  }

  /** Deliveries of all trails fall on the same slots, as CloudTrail's do. */
  function nextSlot(): number {
    return (Math.floor(now() / interval) + 1) * interval;
  }

  function pendingBytes({ trail, record }: Runner): number {
    const open = trail.spans.length > 0;
    return open ? journal.head().bytes - record.value.cursor.bytes : 0;
  }

  /** Delivers for one trail up to the head of now. Never rejects: failures are kept in the status and retried. */
  async function run(runner: Runner): Promise<void> {
    const { record, digests } = runner;
    const goal = journal.head().seq;
    let refused = false;
    try {
      await record.settle();
      await announce(runner.trail, record, dependencies);
      for (;;) {
        await digests.follow(runner.trail, record);
        if (!(await deliverNext(runner.trail, record, dependencies))) break;
        runner.failures = 0;
        const { seq } = record.value.cursor;
        if (seq - runner.savedSeq > SAVE_CURSOR_EVENTS) await saveCursor(runner);
        if (seq >= goal && !record.value.stage) break;
      }
      runner.failures = 0;
      runner.due = nextSlot();
    } catch (error) {
      const retry = Math.min(
        FIRST_RETRY * 2 ** runner.failures++,
        LAST_RETRY,
        Math.max(interval, FIRST_RETRY),
      );
      runner.due = now() + retry;
      options.onError(`delivery of ${runner.trail.arn}`, error);
      refused = isRefusal(error);
    }
    const outcome = await digests.run(runner.trail, record);
    if (!record.value.retired) return;
    if (refused || outcome === 'refused') await giveUpRetired(runner);
    else if (runner.failures === 0 && outcome === 'done' && !digests.isDue(runner.trail, record)) {
      await finishRetired(runner);
    } else runner.due = Math.min(runner.due, now() + FIRST_RETRY);
  }

  async function saveCursor(runner: Runner): Promise<void> {
    await runner.record.settle();
    await runner.record.save({});
    runner.savedSeq = runner.record.value.cursor.seq;
  }

  async function finishRetired(runner: Runner): Promise<void> {
    runners.delete(runner.trail.uid);
    await runner.record.remove(runner.trail.arn);
  }

  /** The bucket of a deleted trail is mostly deleted next; its refusal is the end, but not an uncounted one. */
  async function giveUpRetired(runner: Runner): Promise<void> {
    const left = journal.head().seq - runner.record.value.cursor.seq;
    options.onError(
      `delivery of deleted trail ${runner.trail.arn}: at most ${left} events given up`,
      undefined,
    );
    await finishRetired(runner);
  }

  /** Runs `work` for the trail alone, after what is running for it. */
  async function alone(runner: Runner, work: () => Promise<void>): Promise<void> {
    while (runner.running) await runner.running.catch(() => undefined);
    runner.running = work().finally(() => {
      runner.running = undefined;
    });
    await runner.running;
  }

  function begin(runner: Runner, work: () => Promise<void>): void {
    void alone(runner, work).catch((error) => options.onError(`delivery of ${runner.trail.arn}`, error));
  }

  async function tick(): Promise<void> {
    refresh();
    for (const trail of trails.all()) await runnerOf(trail);
    for (const runner of runners.values()) {
      const stopping = runner.trail.spans.some(({ to, stopRequested }) => to === null && stopRequested);
      // A failing bucket is tried at its own pace; only the clock starts it again.
      const early = runner.failures === 0 && pendingBytes(runner) >= EARLY_BYTES;
      if (stopping && !runner.running) {
        await closeStopped(runner);
        // The last files of a stopped trail do not wait for the interval: its chain of digests ends with them.
        if (runner.failures === 0) runner.due = now();
      }
      if (runner.running) continue;
      if (runner.due <= now() || early) begin(runner, () => run(runner));
      else if (runner.digests.isDue(runner.trail, runner.record)) {
        begin(runner, async () => void (await runner.digests.run(runner.trail, runner.record)));
      }
    }
  }

  /** StopLogging: the span ends at the head that is seen now, the StopLogging event inside. */
  async function closeStopped({ trail }: Runner): Promise<void> {
    await dependencies.closeSpan(trail.uid, journal.head().seq);
  }

  for (const trail of await DeliveryRecord.retired(state)) {
    const runner = await runnerOf(trail);
    begin(runner, () => run(runner));
  }

  /** The journal keeps what some reader still has to read. */
  async function trim(): Promise<void> {
    const cursors = [...runners.values()]
      .filter(({ trail, record }) => trail.spans.length > 0 || record.value.stage)
      .map(
        ({ record, trail }) =>
          record.value.stage?.from.seq ?? Math.max(record.value.cursor.seq, trail.spans[0]?.from ?? 0),
      );
    await journal.trim(Math.min(history.cursor.seq, ...cursors));
  }

  async function every(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      options.onError(what, error);
    }
  }

  let ticking: Promise<void> | undefined;
  const timers = [
    setInterval(() => {
      ticking ??= every('delivery', tick).finally(() => {
        ticking = undefined;
      });
    }, TICK),
    setInterval(() => void every('trimming the journal', trim), TRIM_EVERY),
    setInterval(() => void every('dropping old history', sweep), HISTORY_SWEEP_EVERY),
  ];
  const sweep = () => options.store.dropBefore(now() - options.historyDays * 86_400_000);

  await tick();

  return {
    async flush() {
      await ticking;
      await tick();
      const outcomes = await Promise.all(
        [...runners.values()].map(async (runner): Promise<FlushOutcome> => {
          const before = runner.record.value.delivered;
          let failures = 0;
          await alone(runner, () => {
            failures = runner.failures;
            return run(runner);
          });
          const { delivered, status } = runner.record.value;
          return {
            trail: runner.trail.arn,
            files: delivered.files - before.files,
            events: delivered.events - before.events,
            ...(runner.failures > failures ? { error: status.latestDeliveryError ?? 'InternalError' } : {}),
          };
        }),
      );
      await history.catchUp();
      return outcomes;
    },
    async status(uid) {
      return runners.get(uid)?.record.value.status;
    },
    async retire(trail) {
      const runner = await runnerOf(trail);
      const head = journal.head().seq;
      const spans = trail.spans.map((span) =>
        span.to === null ? { ...span, to: Math.max(head, span.from) } : span,
      );
      await alone(runner, async () => {
        runner.trail = { ...trail, spans };
        await runner.record.save({ retired: runner.trail });
        await run(runner);
      });
    },
    progress: () =>
      [...runners.values()].map(({ trail, record }) => ({
        trail,
        state: record.value,
        backlog: trail.spans.length > 0 ? Math.max(0, journal.head().seq - record.value.cursor.seq) : 0,
      })),
    historyCursor: () => history.cursor,
    async close() {
      const historyClosed = history.close();
      for (const timer of timers) clearInterval(timer);
      await ticking;
      await Promise.all([...runners.values()].map(({ running }) => running));
      await historyClosed;
      for (const runner of runners.values()) {
        // Only spares the next start a look at events that were seen already.
        if (!runner.record.value.retired) await every('saving a cursor', () => saveCursor(runner));
      }
    },
  };
}
