/**
 * The values at a path of a parsed record. A list on the way stands for each of its entries, a number for one of them; a
 * list at the end gives its entries, an empty one itself. `null` is no value; a list within a list is not entered.
 */
export function valuesAt(record: unknown, names: readonly string[]): readonly unknown[] {
  let found: unknown[] = [record];
  for (const name of names) {
    const next: unknown[] = [];
    for (const value of found) {
      if (Array.isArray(value)) next.push(...entriesAt(value, name));
      else next.push(memberOf(value, name));
    }
    found = next.filter((value) => value !== undefined && value !== null);
    if (found.length === 0) return found;
  }
  return found.flatMap((value) =>
    Array.isArray(value) && value.length > 0 ? value.filter((entry) => entry !== null) : [value],
  );
}

function entriesAt(list: readonly unknown[], name: string): readonly unknown[] {
  if (isIndex(name) && Number(name) < list.length) return [list[Number(name)]];
  return list.map((entry) => memberOf(entry, name));
}

/** A name that may also count entries. */
export function isIndex(name: string): boolean {
  return /^(?:0|[1-9]\d{0,5})$/.test(name);
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
