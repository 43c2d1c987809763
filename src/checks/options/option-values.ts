import type { OptionSpec } from './option-spec.ts';

/** The values of a command line's options, by name. */
export class OptionValues {
  readonly #single = new Map<string, string>();
  readonly #lists = new Map<string, string[]>();

  constructor(specs: readonly OptionSpec[] = []) {
    for (const spec of specs) if (spec.default !== undefined) this.#single.set(spec.name, spec.default);
  }

  /** Takes in one occurrence of an option. */
  take(spec: OptionSpec, value: string): void {
    if (spec.kind === 'value') this.#single.set(spec.name, value);
    else if (spec.kind === 'flag') {
      if (value !== '0') this.#single.set(spec.name, '1');
    } else this.#lists.set(spec.name, [...this.list(spec.name), value]);
  }

  /** Overrides an option, as password managers do. */
  set(name: string, value: string): void {
    this.#single.set(name, value);
  }

  /** Whether a flag was given, or a value other than none. */
  has(name: string): boolean {
    return this.#single.has(name) || this.#lists.has(name);
  }

  /** The value, which may be empty; undefined when the option was not given. */
  get(name: string): string | undefined {
    return this.#single.get(name);
  }

  /** The value, or undefined when it was not given or is empty. */
  text(name: string): string | undefined {
    return this.#single.get(name) || undefined;
  }

  /** All values of a repeatable option. */
  list(name: string): readonly string[] {
    return this.#lists.get(name) ?? [];
  }

  /** The same options with those of `other` over them. */
  with(other: OptionValues): OptionValues {
    const both = new OptionValues();
    for (const source of [this, other]) {
      for (const [name, value] of source.#single) both.#single.set(name, value);
      for (const [name, value] of source.#lists) both.#lists.set(name, value);
    }
    return both;
  }
}
