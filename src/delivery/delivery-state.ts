import { isDeepStrictEqual } from 'node:util';
import { type DigestState, NO_DIGESTS } from '../digest/index.ts';
import type { JournalPosition } from '../journal/index.ts';
import { type State, StateConflict, updateState } from '../state/index.ts';
import type { DeliveryStatus, Trail } from '../trails/index.ts';
import type { Tried } from './put-failure.ts';

/** A log file that is being delivered. */
export interface StagedFile extends Tried {
  readonly key: string;
  readonly account: string;
  readonly region: string;
  /** Of the uncompressed bytes, hex: what a digest will list. */
  readonly sha256: string;
  readonly events: number;
  /** Event times, ms since the epoch. */
  readonly oldest: number;
  readonly newest: number;
  /** It stands in the bucket, though others of the same stage do not yet. */
  readonly done?: true;
  /** Where it goes, if not into the stage's bucket: that one refused it, and the trail has another one meanwhile. */
  readonly bucket?: string;
}

/**
 * What one delivery is about to do, written down before its first PUT. After a crash the same range gives the same
 * bytes under the same keys, so repeating it cannot double an event.
 */
export interface Stage {
  readonly from: JournalPosition;
  readonly next: JournalPosition;
  readonly bucket: string;
  readonly prefix?: string;
  /** The 5-minute stamp of the files. */
  readonly slot: number;
  /** Where the span begins by whose rule the files were cut. */
  readonly spanFrom: number;
  readonly files: readonly StagedFile[];
}

/** Everything that delivery knows of one trail, under one key, so that one compare-and-swap moves it all. */
export interface DeliveryState {
  readonly cursor: JournalPosition;
  readonly stage?: Stage;
  /** Keys of delivered files that the trail's topic has not been told of yet, one message each. */
  readonly notices: readonly { readonly bucket: string; readonly key: string }[];
  readonly status: DeliveryStatus;
  /** Events that were given up, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** The last form of a deleted trail whose remaining events are still being delivered. */
  readonly retired?: Trail;
  readonly delivered: { readonly files: number; readonly events: number; readonly bytes: number };
  /** Absent as long as the trail never had log file validation. */
  readonly digest?: DigestState;
}

const PREFIX = 'delivery/trail/';
/** Where the digests of a deleted trail end; one of the same name must not write over them. */
const LAST_DIGEST = 'delivery/last-digest/';

/** The delivery state of one trail, held in memory by its only writer and saved by compare-and-swap. */
export class DeliveryRecord {
  readonly #state: State;
  readonly #key: string;
  #version: number;
  #value: DeliveryState;
  /** What a save that has not succeeded wanted to write. */
  #doubt: DeliveryState | undefined;

  private constructor(state: State, key: string, version: number, value: DeliveryState) {
    this.#state = state;
    this.#key = key;
    this.#version = version;
    this.#value = value;
  }

  /** Reads the state of the trail, or begins one at `start`. */
  static async open(
    state: State,
    { uid, arn }: Pick<Trail, 'uid' | 'arn'>,
    start: JournalPosition,
  ): Promise<DeliveryRecord> {
    const key = PREFIX + uid;
    const found = await state.get<DeliveryState>(key);
    const namesake = found ? undefined : await state.get<number>(LAST_DIGEST + arn);
    const fresh: DeliveryState = {
      cursor: start,
      notices: [],
      status: {},
      dropped: {},
      delivered: { files: 0, events: 0, bytes: 0 },
      ...(namesake && { digest: { ...NO_DIGESTS, lastEnd: namesake.value } }),
    };
    return new DeliveryRecord(state, key, found?.version ?? 0, found?.value ?? fresh);
  }

  /** The trails that were deleted with events still to deliver. */
  static async retired(state: State): Promise<readonly Trail[]> {
    const all = await state.list<DeliveryState>(PREFIX);
    return all.flatMap(({ value }) => (value.retired ? [value.retired] : []));
  }

  get value(): DeliveryState {
    return this.#value;
  }

  /** Changes the state in memory only: for what may be computed again after a crash. */
  advance(change: Partial<DeliveryState>): void {
    this.#value = { ...this.#value, ...change };
  }

  /** Changes the state on disk. @throws StateConflict when another process delivers for this trail. */
  async save(change: Partial<DeliveryState>): Promise<void> {
    const next = { ...this.#value, ...change };
    this.#doubt = next;
    this.#version = await this.#state.put(this.#key, next, this.#version);
    this.#value = next;
    this.#doubt = undefined;
  }

  /**
   * After a save that failed nobody knows whether it was applied: reads what is there. To be called before the state
   * is looked at again. @throws StateConflict when another process has written it.
   */
  async settle(): Promise<void> {
    const attempted = this.#doubt;
    if (!attempted) return;
    const found = await this.#state.get<DeliveryState>(this.#key);
    if ((found?.version ?? 0) !== this.#version) {
      // Through JSON, as the store keeps it.
      const mine = found && isDeepStrictEqual(found.value, JSON.parse(JSON.stringify(attempted)));
      if (!mine) throw new StateConflict(this.#key);
      this.#version = found.version;
      this.#value = attempted;
    }
    this.#doubt = undefined;
  }

  /** Forgets a deleted trail. */
  async remove(arn: string): Promise<void> {
    const lastEnd = this.#value.digest?.lastEnd;
    if (lastEnd !== undefined) await updateState<number>(this.#state, LAST_DIGEST + arn, () => lastEnd);
    if (this.#version !== 0) await this.#state.delete(this.#key, this.#version);
    this.#version = 0;
  }
}
