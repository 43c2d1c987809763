import type { Database, Key } from 'lmdb';

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

function nameOf(key: Key): string {
  return Buffer.isBuffer(key) ? key.toString('hex') : JSON.stringify(key);
}
