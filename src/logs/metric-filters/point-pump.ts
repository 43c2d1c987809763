import type { LogsEnvironment } from '../store/environment.ts';
import type { FilterPoints, MetricSink } from './filter-point.ts';

/** Appends whose points are handed over at once. */
const BATCH = 200;
/** New points wait this long for company, ms. */
const DELAY = 50;
const RETRY = 1_000;
/** Appends whose points may wait; beyond it the metrics have been out of order for long. */
const MAX_WAITING = 100_000;

/**
 * Brings the points that appends left to the metrics: handed over, then struck off. After a crash in between they are
 * handed over again, and passed over there by their numbers.
 */
export class PointPump {
  readonly #env: LogsEnvironment;
  readonly #sink: MetricSink;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isWanted = false;
  #closed = false;

  constructor(env: LogsEnvironment, sink: MetricSink, onError: (error: unknown) => void) {
    this.#env = env;
    this.#sink = sink;
    this.#onError = onError;
    this.wake();
  }

  /** Do so many wait that no more are taken? */
  get isFull(): boolean {
    const { entryCount } = this.#env.metricPoints.getStats() as { readonly entryCount: number };
    return entryCount >= MAX_WAITING;
  }

  /** To be called when points were written. */
  wake(delay = DELAY): void {
    this.#isWanted = true;
    if (this.#closed || this.#timer || this.#running) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#isWanted = false;
      this.#running = this.#run();
    }, delay);
  }

  async #run(): Promise<void> {
    let delay = DELAY;
    try {
      while (!this.#closed && (await this.#handOver()));
    } catch (error) {
      this.#onError(error);
      this.#isWanted = true;
      delay = RETRY;
    } finally {
      this.#running = undefined;
      if (this.#isWanted) this.wake(delay);
    }
  }

  /** True when there may be more. */
  async #handOver(): Promise<boolean> {
    const { metricPoints, root } = this.#env;
    const batch: FilterPoints[] = [...metricPoints.getRange({ limit: BATCH })].map(({ key, value }) => ({
      number: key,
      points: value,
    }));
    if (batch.length === 0) return false;
    await this.#sink.take(batch);
    await root.transaction(() => {
      for (const { number } of batch) void metricPoints.remove(number);
    });
    return batch.length === BATCH;
  }

  /** What is under way is waited for; the rest is taken up by the next process. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }
}
