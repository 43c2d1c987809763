import type { Database, Key } from 'lmdb';

/**
 * How the tables of a room may disagree: a row cannot be read; a counter gives out numbers that are taken; a kept sum is
 * not what its rows come to; two tables that hold the same things hold others; a row's owner does not exist.
 */
export type Disagreement = 'unreadable' | 'number' | 'sum' | 'index' | 'owner';

/** Takes what a check of a room's tables finds, in words. */
export type TellDisagreement = (kind: Disagreement, message: string) => void;

/** A row whose value is not what its room writes. */
export interface UnreadableRow {
  readonly table: string;
  /** As JSON. */
  readonly key: string;
}

/**
 * Goes through a table for a check. A value that cannot be decoded, or that `isWhole` does not take for one of its
 * room, is told of and left out; the walk goes on behind it.
 */
export function* readRows<Value, RowKey extends Key>(
  name: string,
  table: Database<Value, RowKey>,
  isWhole: (value: Value) => boolean,
  onUnreadable: (row: UnreadableRow) => void,
): Generator<{ readonly key: RowKey; readonly value: Value }> {
  for (const key of table.getKeys({})) {
    let value: Value | undefined;
    try {
      value = table.get(key);
      if (value === undefined || !isWhole(value)) throw new Error('not whole');
    } catch {
      onUnreadable({ table: name, key: nameOf(key) });
      continue;
    }
    yield { key, value };
  }
}

/** Does a value have these members, of these types? Arrays are `object`. */
export function hasMembers(
  value: unknown,
  members: Readonly<Record<string, 'string' | 'number' | 'boolean' | 'object'>>,
): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const present = new Map(Object.entries(value));
  return Object.entries(members).every(([name, type]) => {
    const member: unknown = present.get(name);
    return typeof member === type && member !== null;
  });
}

/** Tells when a counter, whose next number is `next` (1 when there is none), stands at or below a number that is in use. */
export function checkCounter(
  name: string,
  next: number | undefined,
  used: Iterable<number>,
  tell: TellDisagreement,
): void {
  let highest = 0;
  for (const number of used) highest = Math.max(highest, number);
  if (highest >= (next ?? 1))
    tell('number', `the counter ${name} stands at ${next ?? 1}, and ${highest} is in use`);
}

/** `readRows` with its unreadable rows told in words. */
export function* wholeRows<Value, RowKey extends Key>(
  name: string,
  table: Database<Value, RowKey>,
  isWhole: (value: Value) => boolean,
  tell: TellDisagreement,
): Generator<{ readonly key: RowKey; readonly value: Value }> {
  yield* readRows(name, table, isWhole, ({ key }) =>
    tell('unreadable', `the row ${key} of the table ${name} cannot be read`),
  );
}

function nameOf(key: Key): string {
  return Buffer.isBuffer(key) ? key.toString('hex') : JSON.stringify(key);
}
