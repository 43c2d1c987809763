/** Condition keys with their values, as a request or a caller has them. */
export type ConditionEntries = Iterable<
  readonly [key: string, value: string | readonly string[] | undefined]
>;

/** Condition keys of one request, found without case; read from their source when a condition first asks. */
export class ConditionContext {
  readonly #read: () => ConditionEntries;
  #values?: Map<string, readonly string[]>;

  /** Of two entries with one key the later holds. */
  constructor(read: () => ConditionEntries) {
    this.#read = read;
  }

  /** Values of a key; undefined when the request does not have it. */
  get(key: string): readonly string[] | undefined {
    this.#values ??= this.#index();
    return this.#values.get(key.toLowerCase());
  }

  #index(): Map<string, readonly string[]> {
    const values = new Map<string, readonly string[]>();
    for (const [key, value] of this.#read()) {
      if (value !== undefined) values.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
    }
    return values;
  }
}
