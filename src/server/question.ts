import { HttpError } from './http-error.ts';

/** The JSON question of one of the own paths; members are read one by one, each with its own complaint. */
export class Question {
  readonly #members: ReadonlyMap<string, unknown>;

  /** @throws HttpError 400 when the body is not a JSON object; an empty body is an empty question. */
  constructor(body: Buffer) {
    let value: unknown;
    try {
      value = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
    } catch {
      value = undefined;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new HttpError(400, 'InvalidRequest', 'the body must be a JSON object');
    }
    this.#members = new Map(Object.entries(value));
  }

  text(name: string): string | undefined {
    return this.#read(name, 'a string', (value): value is string => typeof value === 'string');
  }

  number(name: string): number | undefined {
    return this.#read(name, 'a number', (value): value is number => Number.isFinite(value));
  }

  /** False when absent. */
  flag(name: string): boolean {
    return (
      this.#read(name, 'true or false', (value): value is boolean => typeof value === 'boolean') ?? false
    );
  }

  /** Empty when absent. */
  object(name: string): Readonly<Record<string, unknown>> {
    const is = (value: unknown): value is Record<string, unknown> =>
      typeof value === 'object' && value !== null && !Array.isArray(value);
    return this.#read(name, 'an object', is) ?? {};
  }

  texts(name: string): readonly string[] | undefined {
    return this.#read(
      name,
      'a list of strings',
      (value): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string'),
    );
  }

  list(name: string): readonly unknown[] | undefined {
    return this.#read(name, 'a list', (value): value is unknown[] => Array.isArray(value));
  }

  mustText(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw new HttpError(400, 'InvalidRequest', `${name} is missing`);
    return value;
  }

  #read<T>(name: string, expected: string, is: (value: unknown) => value is T): T | undefined {
    const value = this.#members.get(name);
    if (value === undefined || value === null) return undefined;
    if (!is(value)) throw new HttpError(400, 'InvalidRequest', `${name} must be ${expected}`);
    return value;
  }
}
