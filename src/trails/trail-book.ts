import { type State, StateConflict, updateState } from '../state/index.ts';
import type { Trail } from './trail.ts';
import { TrailError } from './trail-error.ts';

const LIVING = 'trails/';
const ENDING = 'ended-trails/';

/**
 * All trails, in `state` and, as a copy for reading, in memory. State is the truth: memory follows a write only when
 * that is on disk. One process owns a data directory, so nobody else writes these keys.
 *
 * A deleted trail goes on as an "ended" one until delivery has carried away its last events and forgets it; that it
 * ended is written before it is removed, so a crash in between ends it again instead of losing its backlog.
 */
export class TrailBook {
  readonly #state: State;
  readonly #living = new Map<string, Trail>();
  readonly #ended = new Map<string, Trail>();
  readonly #turns = new Map<string, Promise<unknown>>();

  private constructor(state: State) {
    this.#state = state;
  }

  static async open(state: State): Promise<TrailBook> {
    const book = new TrailBook(state);
    for (const { key, value } of await state.list<Trail>(LIVING)) book.#living.set(key, value);
    for (const { value } of await state.list<Trail>(ENDING)) book.#ended.set(value.uid, value);
    for (const [key, trail] of [...book.#living]) if (book.#ended.has(trail.uid)) await book.#remove(key);
    return book;
  }

  all(): readonly Trail[] {
    return [...this.#living.values()];
  }

  ended(): readonly Trail[] {
    return [...this.#ended.values()];
  }

  /** In the order of names: the same before and after a restart. */
  ofAccount(account: string): readonly Trail[] {
    const own = this.all().filter((trail) => trail.account === account);
    return own.sort((a, b) =>
      a.name < b.name ? -1 : a.name > b.name ? 1 : a.homeRegion < b.homeRegion ? -1 : 1,
    );
  }

  find(account: string, region: string, name: string): Trail | undefined {
    return this.#living.get(keyOf(account, region, name));
  }

  /** Runs `work` when all earlier work of the account is done: what counts trails must not race. */
  inTurn<T>(account: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(account) ?? Promise.resolve()).then(work, work);
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#turns.get(account) === settled) this.#turns.delete(account);
      });
    this.#turns.set(account, settled);
    return turn;
  }

  /** @throws TrailError TrailAlreadyExistsException */
  async add(trail: Trail): Promise<void> {
    const key = keyOfTrail(trail);
    try {
      await this.#state.put(key, trail, 0);
    } catch (error) {
      if (!(error instanceof StateConflict)) throw error;
      throw new TrailError(
        'TrailAlreadyExistsException',
        `Trail ${trail.name} already exists for customer: ${trail.account}`,
        { cause: error },
      );
    }
    this.#living.set(key, trail);
  }

  /** Changes a living or ended trail, durably; answers its new form, undefined when it is gone. Call it in turn. */
  async change(uid: string, change: (trail: Trail) => Trail): Promise<Trail | undefined> {
    const living = this.all().find((trail) => trail.uid === uid);
    const key = living ? keyOfTrail(living) : ENDING + uid;
    const next = await updateState<Trail>(this.#state, key, (current) =>
      current?.uid === uid ? change(current) : current,
    );
    if (next?.uid !== uid) return undefined;
    if (living) this.#living.set(key, next);
    else this.#ended.set(uid, next);
    return next;
  }

  /** Takes a trail out of the living and keeps `last` among the ended. Call it in turn. */
  async end(last: Trail): Promise<void> {
    await updateState<Trail>(this.#state, ENDING + last.uid, () => last);
    this.#ended.set(last.uid, last);
    await this.#remove(keyOfTrail(last));
  }

  /** Lets go of an ended trail. */
  async forget(uid: string): Promise<void> {
    await updateState<Trail>(this.#state, ENDING + uid, () => undefined);
    this.#ended.delete(uid);
  }

  async #remove(key: string): Promise<void> {
    await updateState<Trail>(this.#state, key, () => undefined);
    this.#living.delete(key);
  }
}

function keyOf(account: string, region: string, name: string): string {
  return `${LIVING}${account}/${region}/${name}`;
}

function keyOfTrail(trail: Trail): string {
  return keyOf(trail.account, trail.homeRegion, trail.name);
}
