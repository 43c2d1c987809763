import { parseEventTime } from '../../../event/index.ts';
import { compileMatch, compilePath, type Found, kindOfMatch, splitPath } from '../../policy/index.ts';
import { toEcs } from '../ecs.ts';
import { Facts, type ViewContext } from '../facts.ts';
import { flatReader, toFlat } from '../flat.ts';
import { toOcsf } from '../ocsf/ocsf.ts';
import type { View } from '../view.ts';
import type { ViewName } from '../view-names.ts';
import { putOver, takeOut } from './edit-view.ts';
import { KEPT } from './kept.ts';
import type { OwnField, OwnNormalizer, OwnShape, Scalar } from './normalizer.ts';

/** A mapping at work. Never throws, whatever the record is. */
export interface CompiledNormalizer {
  /** Is it for this record? True where it has no conditions. */
  readonly fits: (record: unknown, context?: ViewContext) => boolean;
  readonly view: View;
}

/**
 * A view holds at most so many characters of values: a mapping that names a long text five hundred times must not make
 * a hundred megabytes of a record. What comes after is left out.
 */
const MAX_VIEW = 4 << 20;
const BASES: Readonly<Record<ViewName, View>> = { flat: toFlat, ecs: toEcs, ocsf: toOcsf };

/** Compiles a mapping once. */
export function compileNormalizer(rules: OwnNormalizer): CompiledNormalizer {
  const { base, nest, when, drop } = rules;
  const namesOf = (name: string) => (nest ? name.split('.') : [name]);
  const conditions = when.map(({ key, values }) => {
    const find = finder(key);
    const matches = values.map((value) => compileMatch(value, kindOfMatch(value)));
    return (facts: Facts) => find(facts).some((value) => matches.some((fits) => fits(value)));
  });
  const steps = rules.fields.map((field) => ({
    names: namesOf(field.to),
    read: readerOf(field),
  }));
  const dropped = drop.map(namesOf);
  const makeBase = base === undefined ? undefined : BASES[base];
  return {
    fits(record, context) {
      const facts = new Facts(record, context);
      return conditions.every((holds) => holds(facts));
    },
    view(record, context) {
      const facts = new Facts(record, context);
      const view = makeBase?.(record, context) ?? {};
      for (const names of dropped) takeOut(view, names);
      let room = MAX_VIEW;
      for (const { names, read } of steps) {
        const value = read(facts);
        if (value === undefined || value === null || value === '') continue;
        room -= sizeOf(value);
        if (room >= 0) putOver(view, names, value);
      }
      return view;
    },
  };
}

/** Finds what stands at a key. */
function finder(key: string): (facts: Facts) => Found {
  const kept = KEPT.get(key);
  const known = kept ?? (key.startsWith('enrich.') ? (facts: Facts) => facts.enriched(key) : flatReader(key));
  if (known) {
    return (facts) => {
      const value = known(facts);
      if (value === undefined || value === null) return [];
      return Array.isArray(value) ? (value as unknown[]) : [value];
    };
  }
  const find = compilePath(splitPath(key) ?? ['']);
  return ({ record }) => find(record);
}

function readerOf(field: OwnField): (facts: Facts) => unknown {
  if ('is' in field) return () => field.is;
  const { values, otherwise } = field;
  const finders = field.from.map(finder);
  const shape = SHAPES[field.as];
  const look = (value: unknown): unknown => {
    if (!values) return value;
    if (Array.isArray(value)) return value.map(look);
    return values.get(String(value)) ?? otherwise ?? value;
  };
  return (facts) => {
    for (const find of finders) {
      const found = find(facts);
      const value = found.length === 0 ? undefined : shape(found);
      if (value !== undefined && value !== '') return look(value);
    }
    return otherwise;
  };
}

/** Of several that were found, the first that has the shape; `value`, `json` and `list` take them all. */
const SHAPES: Readonly<Record<OwnShape, (found: Found) => unknown>> = {
  text: (found) => first(found, textOf),
  number: (found) =>
    first(found, (value) => {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
    }),
  boolean: (found) =>
    first(found, (value) => {
      if (typeof value === 'boolean') return value;
      const word = typeof value === 'string' ? value.slice(0, 8).toLowerCase() : '';
      if (word === 'true' || word === 'yes') return true;
      return word === 'false' || word === 'no' ? false : undefined;
    }),
  milliseconds: (found) =>
    first(found, (value) => {
      const time =
        parseEventTime(value) ?? (typeof value === 'string' ? Date.parse(value.slice(0, 40)) : undefined);
      return time === undefined || Number.isNaN(time) ? undefined : time;
    }),
  json: (found) => {
    const whole = wholeOf(found);
    return typeof whole === 'string' ? whole : JSON.stringify(whole);
  },
  value: wholeOf,
  list: (found) => {
    const texts = found.flatMap((value) => textOf(value) ?? []);
    return texts.length === 0 ? undefined : texts;
  },
};

function first(found: Found, read: (value: unknown) => Scalar | undefined): Scalar | undefined {
  for (const value of found) {
    const one = read(value);
    if (one !== undefined && one !== '') return one;
  }
  return undefined;
}

function wholeOf(found: Found): unknown {
  return found.length === 1 ? found[0] : found;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return typeof value === 'object' ? JSON.stringify(value).length : 8;
}
