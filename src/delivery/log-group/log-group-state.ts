import type { State } from '../../state/index.ts';
import type { LoggingSpan } from '../../trails/index.ts';

/** What is known of one trail's way into its log group, under one key. Times are ms since the epoch. */
export interface LogGroupState {
  /** The journal's number of the next event to look at. */
  readonly cursor: number;
  /** Spans not read to their end yet, kept here when the delivery of log files, which is further, lets go of them. */
  readonly spans: readonly LoggingSpan[];
  readonly latestTime?: number;
  /** Absent when the latest attempt succeeded. */
  readonly latestError?: string;
  readonly delivered: number;
  /** Events that were given up, by reason: `too-large`, `expired`, `overflow`. */
  readonly dropped: Readonly<Record<string, number>>;
}

const PREFIX = 'delivery/log-group/';

/** The state of one trail, held in memory by its only writer and saved by compare-and-swap. */
export class LogGroupRecord {
  readonly #state: State;
  readonly #key: string;
  #version: number;
  #value: LogGroupState;
  #isDirty = false;
  #isDoubtful = false;

  private constructor(state: State, key: string, version: number, value: LogGroupState) {
    this.#state = state;
    this.#key = key;
    this.#version = version;
    this.#value = value;
  }

  /** Reads the state of the trail `uid`, or begins one before the event `cursor`. */
  static async open(state: State, uid: string, cursor: number): Promise<LogGroupRecord> {
    const key = PREFIX + uid;
    const found = await state.get<LogGroupState>(key);
    const fresh: LogGroupState = { cursor, spans: [], delivered: 0, dropped: {} };
    return new LogGroupRecord(state, key, found?.version ?? 0, found?.value ?? fresh);
  }

  get value(): LogGroupState {
    return this.#value;
  }

  /** Changes the state in memory only: for what may be computed again after a crash. */
  advance(change: Partial<LogGroupState>): void {
    this.#value = { ...this.#value, ...change };
    this.#isDirty = true;
  }

  /** Takes another state in memory only; members that it has not are gone. */
  replace(value: LogGroupState): void {
    this.#value = value;
    this.#isDirty = true;
  }

  /** Changes the state on disk. @throws StateConflict when another process delivers for this trail. */
  async save(change: Partial<LogGroupState> = {}): Promise<void> {
    const next = { ...this.#value, ...change };
    this.#isDoubtful = true;
    this.#version = await this.#state.put(this.#key, next, this.#version);
    this.#value = next;
    this.#isDoubtful = false;
    this.#isDirty = false;
  }

  /**
   * Reads what is on disk if a save failed: nobody knows whether that was applied. To be called before the state is
   * looked at again.
   */
  async clearDoubt(): Promise<void> {
    if (!this.#isDoubtful) return;
    const found = await this.#state.get<LogGroupState>(this.#key);
    this.#version = found?.version ?? 0;
    if (found) this.#value = found.value;
    this.#isDoubtful = false;
    this.#isDirty = false;
  }

  /** Saves what was only changed in memory, if anything. */
  async settle(): Promise<void> {
    await this.clearDoubt();
    if (this.#isDirty) await this.save();
  }

  async remove(): Promise<void> {
    if (this.#version !== 0) await this.#state.delete(this.#key, this.#version);
    this.#version = 0;
  }
}
