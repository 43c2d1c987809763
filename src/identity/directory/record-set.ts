import { type State, StateConflict, type Versioned } from '../../state/index.ts';

/** Told after a record is durable: `before` absent for a new one, `after` absent for a deleted one. */
export type RecordListener<T> = (key: string, before: T | undefined, after: T | undefined) => void;

/**
 * All records under one prefix of the state, held in memory because they are asked on every request.
 *
 * Writes go to the state first and to memory when they are durable, so a reader never sees what a crash could take
 * back. The memory follows this process's own writes only: a second writer on the same state is noticed by
 * compare-and-swap at the next write of that record, not before.
 */
export class RecordSet<T> {
  readonly #state: State;
  readonly #prefix: string;
  readonly #records = new Map<string, Versioned<T>>();
  readonly #listener: RecordListener<T>;

  private constructor(state: State, prefix: string, listener: RecordListener<T>) {
    this.#state = state;
    this.#prefix = prefix;
    this.#listener = listener;
  }

  static async open<T>(
    state: State,
    prefix: string,
    listener: RecordListener<T> = () => {},
  ): Promise<RecordSet<T>> {
    const set = new RecordSet<T>(state, prefix, listener);
    for (const found of await state.list<T>(prefix)) set.#remember(found.key.slice(prefix.length), found);
    return set;
  }

  get size(): number {
    return this.#records.size;
  }

  get(key: string): T | undefined {
    return this.#records.get(key)?.value;
  }

  /** Records whose key starts with `prefix`, in key order. */
  list(prefix = ''): T[] {
    const keys = [...this.#records.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.map((key) => this.#records.get(key)!.value);
  }

  /** Key of the first record that `claim` is true of. */
  findKey(claim: (value: T) => boolean): string | undefined {
    for (const [key, { value }] of this.#records) if (claim(value)) return key;
    return undefined;
  }

  /** Answers false, and writes nothing, when the key is taken. */
  async create(key: string, value: T): Promise<boolean> {
    try {
      const version = await this.#state.put(this.#prefix + key, value, 0);
      this.#remember(key, { key, value, version });
      return true;
    } catch (error) {
      if (!(error instanceof StateConflict)) throw error;
      await this.#reload(key);
      return false;
    }
  }

  /**
   * Writes what `change` makes of the record; undefined deletes it. Answers what was written, or undefined when the
   * record is gone. `change` may run several times, and may throw to refuse.
   */
  async change(key: string, change: (current: T) => T | undefined): Promise<T | undefined> {
    for (;;) {
      const current = this.#records.get(key);
      if (!current) return undefined;
      const value = change(current.value);
      try {
        if (value === undefined) {
          await this.#state.delete(this.#prefix + key, current.version);
          this.#remember(key, undefined);
        } else {
          const version = await this.#state.put(this.#prefix + key, value, current.version);
          this.#remember(key, { key, value, version });
        }
        return value;
      } catch (error) {
        if (!(error instanceof StateConflict)) throw error;
        await this.#reload(key);
      }
    }
  }

  async remove(key: string): Promise<void> {
    await this.change(key, () => undefined);
  }

  async #reload(key: string): Promise<void> {
    this.#remember(key, await this.#state.get<T>(this.#prefix + key));
  }

  #remember(key: string, found: Versioned<T> | undefined): void {
    const before = this.#records.get(key)?.value;
    if (found) this.#records.set(key, found);
    else this.#records.delete(key);
    this.#listener(key, before, found?.value);
  }
}
