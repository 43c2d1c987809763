import type { Faults } from './fault.ts';

/** A JSON object's members. */
export type Members = Readonly<Record<string, unknown>>;

/** True for a JSON object: neither null nor a list. */
export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of its own; what an object inherits (`constructor`) is not there. */
export function own(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

/** Joins a place and a member's name: `a` and `b` to `a.b`. */
export function inside(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}

/** Names every member that is not known, so that a misspelt one is not silently without effect. */
export function refuseUnknown(members: Members, known: readonly string[], at: string, faults: Faults): void {
  for (const name of Object.keys(members)) {
    if (known.includes(name)) continue;
    faults.add(inside(at, shorten(name)), `is not known here; known are ${known.join(', ')}`);
  }
}

/** A text of 1 to `max` characters, or undefined when absent; anything else is a fault. */
export function readText(
  members: Members,
  name: string,
  at: string,
  faults: Faults,
  max = 1024,
): string | undefined {
  const value = own(members, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return faults.add(inside(at, name), 'must be a text');
  if (value === '') return faults.add(inside(at, name), 'must not be empty');
  if (value.length > max) return faults.add(inside(at, name), `must have at most ${max} characters`);
  return value;
}

/** Like `readText`, but must be there. */
export function needText(
  members: Members,
  name: string,
  at: string,
  faults: Faults,
  max?: number,
): string | undefined {
  const value = own(members, name);
  if (value === undefined || value === null) return faults.add(inside(at, name), 'is mandatory');
  return readText(members, name, at, faults, max);
}

/** A list of at most `max` entries; empty when absent. */
export function readList(
  members: Members,
  name: string,
  at: string,
  faults: Faults,
  max: number,
): readonly unknown[] {
  const value = own(members, name);
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    faults.add(inside(at, name), 'must be a list');
    return [];
  }
  if (value.length <= max) return value;
  faults.add(inside(at, name), `must have at most ${max} entries`);
  return value.slice(0, max);
}

/** Texts from outside stand in messages, but not whole. */
export function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
