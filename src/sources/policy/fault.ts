/** One thing that is wrong with a policy that somebody wrote. */
export interface Fault {
  /** Where in the JSON, such as `routing_criteria[2].value`; empty: the whole. */
  readonly at: string;
  /** What is wrong and what would be right, without the place. Never holds a secret. */
  readonly message: string;
}

/** A policy that was read, or everything that is wrong with it, at once. */
export type Read<Policy> =
  | { readonly kind: 'read'; readonly policy: Policy }
  | { readonly kind: 'refused'; readonly faults: readonly Fault[] };

/** More faults than this are no help to anybody, and a hostile body must not make a large answer. */
const MAX_FAULTS = 200;

/** Collects the faults of a JSON value while it is read; readers go on after a fault. */
export class Faults {
  readonly #found: Fault[] = [];

  add(at: string, message: string): undefined {
    if (this.#found.length < MAX_FAULTS) this.#found.push({ at, message });
    return undefined;
  }

  get list(): readonly Fault[] {
    return this.#found;
  }

  /** The policy if nothing was wrong. `make` is called only then. */
  finish<Policy>(make: () => Policy): Read<Policy> {
    if (this.#found.length > 0) return { kind: 'refused', faults: this.#found };
    return { kind: 'read', policy: make() };
  }
}
