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

/** Texts from outside stand in messages, but not whole. */
export function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

/** A JSON object while it is read: its members, its place, and where its faults are noted. */
export class Body {
  readonly members: Members;
  readonly at: string;
  readonly faults: Faults;

  constructor(members: Members, at: string, faults: Faults) {
    this.members = members;
    this.at = at;
    this.faults = faults;
  }

  /** A member of its own, as it is. */
  own(name: string): unknown {
    return own(this.members, name);
  }

  /** Where a member stands. */
  place(name: string): string {
    return inside(this.at, name);
  }

  /** Notes what is wrong with a member. */
  fault(name: string, message: string): undefined {
    return this.faults.add(this.place(name), message);
  }

  /** Names every member that is not known, so that a misspelt one is not silently without effect. */
  refuseUnknown(known: readonly string[]): void {
    for (const name of Object.keys(this.members)) {
      if (known.includes(name)) continue;
      this.fault(shorten(name), `is not known here; known are ${known.join(', ')}`);
    }
  }

  /** A text of 1 to `max` characters, or undefined when absent; anything else is a fault. */
  text(name: string, max = 1024): string | undefined {
    const value = this.own(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') return this.fault(name, 'must be a text');
    if (value === '') return this.fault(name, 'must not be empty');
    if (value.length > max) return this.fault(name, `must have at most ${max} characters`);
    return value;
  }

  /** Like `text`, but must be there. */
  need(name: string, max?: number): string | undefined {
    const value = this.own(name);
    if (value === undefined || value === null) return this.fault(name, 'is mandatory');
    return this.text(name, max);
  }

  /** An object, which must be there. */
  needBody(name: string): Body | undefined {
    const value = this.own(name);
    if (isMembers(value)) return new Body(value, this.place(name), this.faults);
    return this.fault(name, value === undefined || value === null ? 'is mandatory' : 'must be an object');
  }

  /** A list of at most `max` entries; empty when absent. */
  list(name: string, max: number): readonly unknown[] {
    const value = this.own(name);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.fault(name, 'must be a list');
      return [];
    }
    if (value.length <= max) return value;
    this.fault(name, `must have at most ${max} entries`);
    return value.slice(0, max);
  }
}
