import type { Facts } from './facts.ts';

/** One line of a mapping: a field of the view, and where its value is from. */
export type Row =
  /** Taken from the record; lists on the way are not looked into. The first path that has something counts. */
  | {
      readonly to: string;
      readonly from: string | readonly string[];
      readonly as?: Shape;
      readonly note: string;
    }
  /** Always this. */
  | { readonly to: string; readonly is: string | number | boolean; readonly note: string }
  /** Worked out; the note says how. */
  | { readonly to: string; readonly by: (facts: Facts) => unknown; readonly note: string };

/** What becomes of a value: its text, the value if it is of the type, or JSON text of whatever it is. */
export type Shape = 'text' | 'boolean' | 'json' | 'value';

/** Makes a view of facts. Members without a value are left out. */
export type Mapping = (facts: Facts) => Record<string, unknown>;

/** Compiles rows once. `nest` makes objects of dotted names; otherwise names stay as they are. */
export function compileMapping(rows: readonly Row[], options: { readonly nest: boolean }): Mapping {
  const steps = rows.map((row) => ({
    put: options.nest ? putInto(row.to) : putFlat(row.to),
    read: reader(row),
  }));
  return (facts) => {
    const view: Record<string, unknown> = {};
    for (const { put, read } of steps) {
      const value = read(facts);
      if (value !== undefined && value !== null && value !== '') put(view, value);
    }
    return view;
  };
}

/** Reads one row's value. */
export function reader(row: Row): (facts: Facts) => unknown {
  if ('is' in row) return () => row.is;
  if ('by' in row) return row.by;
  const shape = SHAPES[row.as ?? 'text'];
  const paths = (typeof row.from === 'string' ? [row.from] : row.from).map((path) => path.split('.'));
  const [only = []] = paths;
  if (paths.length === 1) return ({ record }) => shape(walk(record, only));
  return ({ record }) => {
    for (const path of paths) {
      const value = shape(walk(record, path));
      if (value !== undefined && value !== '') return value;
    }
    return undefined;
  };
}

const SHAPES: Readonly<Record<Shape, (value: unknown) => unknown>> = {
  text(value) {
    if (typeof value === 'string') return value;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  },
  boolean(value) {
    if (typeof value === 'boolean') return value;
    const word = typeof value === 'string' ? value.slice(0, 8).toLowerCase() : '';
    if (word === 'true' || word === 'yes') return true;
    return word === 'false' || word === 'no' ? false : undefined;
  },
  json(value) {
    if (value === undefined || value === null) return undefined;
    return typeof value === 'string' ? value : JSON.stringify(value);
  },
  value: (value) => value,
};

function walk(record: unknown, path: readonly string[]): unknown {
  let value = record;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

type Put = (view: Record<string, unknown>, value: unknown) => void;

function putFlat(name: string): Put {
  return (view, value) => {
    view[name] = value;
  };
}

/** Names are those of a table in the source, never a sender's. */
function putInto(to: string): Put {
  const names = to.split('.');
  const last = names.pop() ?? '';
  return (view, value) => {
    let place = view;
    for (const name of names) {
      place[name] ??= {};
      place = place[name] as Record<string, unknown>;
    }
    place[last] = value;
  };
}
