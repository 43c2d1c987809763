import type { CollectedStore } from './collected-store.ts';
import type { ForgettingRound } from './id-memory.ts';

const DAY = 86_400_000;
/** However short the retention: within this time files are delivered again, late or by another way. */
const LOOK_BACK = 40 * DAY;
/** Beyond the longest retention: what is dropped goes some hours later. */
const MARGIN = 2 * DAY;
/** A file that nobody has cared about for so long is not going to be cared about. */
const QUARANTINE = 400 * DAY;

/** What the repositories keep. */
export interface Keeping {
  /** Days, the longest of all repositories. */
  readonly retentionDays: number;
  /** Time of the oldest record that any of them holds, or earlier, ms; undefined: they hold none. */
  readonly oldest: number | undefined;
}

/**
 * Forgets the ids of records that no repository keeps any more. It must never forget that of one that is kept, for then a
 * file that is delivered again would double it. So a round goes like this:
 *
 * 1. It begins: from here on the oldest record that comes in is watched. Everything before lies in the log.
 * 2. Later, when the repositories have taken all that was in the log at the beginning, they are asked for the oldest
 *    record that they hold, and for the longest retention.
 * 3. Older ids are forgotten, but none as old as something that came in since the beginning.
 */
export class Forgetting {
  readonly #store: CollectedStore;
  readonly #cursor: () => number;
  readonly #keeping: () => Promise<Keeping>;
  readonly #now: () => number;
  #begun: { readonly head: number; readonly round: ForgettingRound } | undefined;
  /** Ids that were forgotten, since start. */
  forgotten = 0;

  /** `cursor`: the number of the first record that is not in its repository. */
  constructor(house: {
    readonly store: CollectedStore;
    readonly cursor: () => number;
    readonly keeping: () => Promise<Keeping>;
    readonly now: () => number;
  }) {
    this.#store = house.store;
    this.#cursor = house.cursor;
    this.#keeping = house.keeping;
    this.#now = house.now;
  }

  /** To be called from time to time, not twice at once. @throws Error when the repositories cannot be asked */
  async tick(sourceIds: Iterable<string>): Promise<void> {
    for (const id of sourceIds) {
      await this.#store.forgetTroubles(id, ({ kind, since }) => {
        return kind === 'quarantine' && since < this.#now() - QUARANTINE;
      });
    }
    const begun = this.#begun;
    if (begun && this.#cursor() >= begun.head) {
      const { retentionDays, oldest = Number.POSITIVE_INFINITY } = await this.#keeping();
      const kept = Math.max(LOOK_BACK, retentionDays * DAY + MARGIN);
      this.forgotten += await this.#store.ids.forget(Math.min(oldest, this.#now() - kept), begun.round);
      begun.round.end();
      this.#begun = undefined;
    }
    this.#begun ??= { head: this.#store.head(), round: this.#store.ids.begin() };
  }
}
