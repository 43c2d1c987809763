import type { PastEvent, PastRange } from './history.ts';

const DAY = 86_400_000;
/** Different values that are counted of one field; more are counted together. */
const MAX_VALUES = 10_000;
/** Values that are shown of one field. */
const TOP = 5;

/** A record that matched, as people are told of it. */
export interface Sample {
  readonly time: number;
  readonly eventId: string;
  readonly eventName: string;
  readonly user: string;
  readonly sourceIp: string;
}

/** What a rehearsal found, ready for people or JSON. */
export interface TallyResult {
  readonly events: number;
  readonly matches: number;
  readonly first?: number;
  readonly last?: number;
  /** Matches by day (UTC), each day of the range. */
  readonly days: readonly { readonly day: string; readonly matches: number }[];
  readonly top: Readonly<Record<'events' | 'users' | 'addresses', readonly (readonly [string, number])[]>>;
  /** The newest. */
  readonly samples: readonly Sample[];
}

/** Counts events and matches in bounded memory. */
export class MatchTally {
  readonly #range: PastRange;
  readonly #sampleCount: number;
  readonly #days = new Map<number, number>();
  readonly #names = new Map<string, number>();
  readonly #users = new Map<string, number>();
  readonly #addresses = new Map<string, number>();
  readonly #samples: Sample[] = [];
  #events = 0;
  #matches = 0;
  #first: number | undefined;
  #last: number | undefined;

  constructor(range: PastRange, sampleCount: number) {
    this.#range = range;
    this.#sampleCount = sampleCount;
  }

  add(event: PastEvent, isMatch: boolean): void {
    this.#events++;
    if (!isMatch) return;
    this.#matches++;
    this.#first ??= event.time;
    this.#last = event.time;
    const sample = sampleOf(event);
    const day = Math.floor(event.time / DAY);
    this.#days.set(day, (this.#days.get(day) ?? 0) + 1);
    count(this.#names, sample.eventName);
    count(this.#users, sample.user);
    count(this.#addresses, sample.sourceIp);
    this.#samples.push(sample);
    if (this.#samples.length > this.#sampleCount) this.#samples.shift();
  }

  result(): TallyResult {
    const { start, end } = this.#range;
    const days = [];
    for (let day = Math.floor(start / DAY); day <= Math.floor(end / DAY); day++) {
      const date = new Date(day * DAY).toISOString().slice(0, 10);
      days.push({ day: date, matches: this.#days.get(day) ?? 0 });
    }
    return {
      events: this.#events,
      matches: this.#matches,
      ...(this.#first !== undefined && { first: this.#first }),
      ...(this.#last !== undefined && { last: this.#last }),
      days,
      top: { events: top(this.#names), users: top(this.#users), addresses: top(this.#addresses) },
      samples: this.#samples.toReversed(),
    };
  }
}

/** What people want to know of a record first. */
export function sampleOf({ record, time }: PastEvent): Sample {
  const identity = (record.userIdentity ?? {}) as Readonly<Record<string, unknown>>;
  const user = [identity.arn, identity.userName, identity.invokedBy, identity.type].find(isText);
  return {
    time,
    eventId: textOf(record.eventID),
    eventName: textOf(record.eventName),
    user: textOf(user),
    sourceIp: textOf(record.sourceIPAddress),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function textOf(value: unknown): string {
  return isText(value) ? value : '-';
}

function count(values: Map<string, number>, value: string): void {
  const name = values.size < MAX_VALUES || values.has(value) ? value : 'others';
  values.set(name, (values.get(name) ?? 0) + 1);
}

function top(values: ReadonlyMap<string, number>): [string, number][] {
  return [...values].sort(([, a], [, b]) => b - a).slice(0, TOP);
}
