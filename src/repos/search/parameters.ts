import type { Sql } from '../../store/index.ts';

/** The values of one statement. Nothing that a user wrote ever stands in the statement itself. */
export class Parameters {
  readonly #names = new Map<string, string>();

  /** What stands in the statement for this text. */
  bind(text: string): Sql {
    let name = this.#names.get(text);
    if (name === undefined) {
      name = `p${this.#names.size}`;
      this.#names.set(text, name);
    }
    return `{${name}:String}`;
  }

  get values(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#names].map(([text, name]) => [name, text]));
  }
}
