/** What stands at a path of a record: nothing, one value, or several when the path leads through lists. */
export type Found = readonly unknown[];

/** Reads one place of a parsed record. Never throws, whatever the record is. */
export type FieldPath = (record: unknown) => Found;

const NOTHING: Found = Object.freeze([]);
/** Real records nest about ten deep; more names in a path are a mistake. */
export const MAX_PATH_NAMES = 32;

/**
 * The names of a dotted path: `userIdentity.sessionContext.attributes.mfaAuthenticated`. A backslash makes a dot part of
 * a name. Undefined when the path is none: empty, an empty name, too many names.
 */
export function splitPath(path: string): readonly string[] | undefined {
  const names = [''];
  for (let at = 0; at < path.length; at++) {
    const character = path.charAt(at);
    if (character === '\\' && at + 1 < path.length) names[names.length - 1] += path.charAt(++at);
    else if (character === '.') names.push('');
    else names[names.length - 1] += character;
  }
  return names.includes('') || names.length > MAX_PATH_NAMES ? undefined : names;
}

/**
 * Compiles the names of a path. A list on the way stands for each of its entries, a number for one of them
 * (`resources.ARN`, `resources.0.ARN`); a list at the end gives its entries. `null` counts as not there, `""` and `[]`
 * at the end do not: `[]` gives one empty list.
 */
export function compilePath(names: readonly string[]): FieldPath {
  const [first = '', ...rest] = names;
  if (rest.length === 0) return (record) => leaf(member(record, first));
  return (record) => {
    let value = record;
    for (let at = 0; at < names.length; at++) {
      if (Array.isArray(value)) return spread(value, names, at);
      value = member(value, names[at] ?? '');
      if (value === undefined || value === null) return NOTHING;
    }
    return leaf(value);
  };
}

function leaf(value: unknown): Found {
  if (value === undefined || value === null) return NOTHING;
  if (!Array.isArray(value)) return [value];
  return value.length === 0 ? [value] : value.filter((entry) => entry !== null);
}

function spread(list: readonly unknown[], names: readonly string[], at: number): Found {
  const name = names[at] ?? '';
  const rest = compilePath(names.slice(at));
  if (/^\d{1,6}$/.test(name) && Number(name) < list.length) {
    const entry = list[Number(name)];
    return at + 1 === names.length ? leaf(entry) : compilePath(names.slice(at + 1))(entry);
  }
  return list.flatMap((entry) => (Array.isArray(entry) ? NOTHING : rest(entry)));
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = (value as Readonly<Record<string, unknown>>)[name];
  // Only what the sender wrote: names such as `constructor` and `__proto__` lead nowhere.
  return found === undefined || Object.hasOwn(value, name) ? found : undefined;
}
