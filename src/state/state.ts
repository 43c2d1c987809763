/** A value of the state store with the version that a later compare-and-swap must name. */
export interface Versioned<T> {
  readonly key: string;
  readonly value: T;
  /** Grows with each write of this key; 0 is never a version, it means "must not exist yet". */
  readonly version: number;
}

/** Another writer was first: read again, decide again, write again. */
export class StateConflict extends Error {
  readonly key: string;
  constructor(key: string) {
    super(`state: ${key} was changed by another writer`);
    this.name = 'StateConflict';
    this.key = key;
  }
}

/**
 * Small durable state (trails, users, cursors, topics) with compare-and-swap of one key.
 *
 * Values are JSON (no undefined, no Date). A write is on disk when its promise resolves. May be called
 * concurrently. There is no transaction over several keys, on purpose: the distributed store has none, so what must
 * change together lives under one key.
 */
export interface State {
  get<T>(key: string): Promise<Versioned<T> | undefined>;
  /**
   * Writes if the key's version is still `expected` (0: the key must not exist) and answers the new version.
   * @throws StateConflict when it is not.
   */
  put<T>(key: string, value: T, expected: number): Promise<number>;
  /** Deletes if the version is still `expected`. @throws StateConflict when it is not. */
  delete(key: string, expected: number): Promise<void>;
  /** All entries whose key starts with `prefix`, in key order. */
  list<T>(prefix: string): Promise<Versioned<T>[]>;
  close(): Promise<void>;
}

/**
 * Reads `key`, lets `change` decide on the new value and writes it, again from the start when another writer was
 * first. `change` answering `undefined` deletes the key. It may run several times: no side effects in it.
 * Answers what was written.
 */
export async function updateState<T>(
  state: State,
  key: string,
  change: (current: T | undefined) => T | undefined,
): Promise<T | undefined> {
  for (;;) {
    const current = await state.get<T>(key);
    const next = change(current?.value);
    try {
      if (next !== undefined) await state.put(key, next, current?.version ?? 0);
      else if (current) await state.delete(key, current.version);
      return next;
    } catch (error) {
      if (!(error instanceof StateConflict)) throw error;
    }
  }
}
