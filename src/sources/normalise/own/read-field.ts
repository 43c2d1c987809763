import { Body, type Faults, inside, isMembers, shorten, splitPath } from '../../policy/index.ts';
import { flatField } from '../flat.ts';
import { KEPT } from './kept.ts';
import { OWN_SHAPES, type OwnField, type OwnShape, type Scalar } from './normalizer.ts';

const KNOWN = ['to', 'from', 'as', 'is', 'values', 'otherwise', 'note'];
const MAX_NAMES = 16;
const MAX_NAME = 256;
const MAX_KEY = 512;
const MAX_PATHS = 16;
const MAX_VALUES = 1_000;
const MAX_SCALAR = 1_024;
/** Letters and digits of any language, and what schemas use in names. */
const NAME = /^[\p{L}\p{N}@_#$:/-]{1,64}$/u;

/** May a field be called so? Dotted names, and none that is not a name everywhere. */
export function isFieldName(name: string): boolean {
  const parts = name.length <= MAX_NAME ? name.split('.') : [];
  return (
    parts.length >= 1 &&
    parts.length <= MAX_NAMES &&
    parts.every((part) => NAME.test(part) && part !== '__proto__')
  );
}

/** Notes a key that leads nowhere. */
export function readKey(key: string, at: string, faults: Faults): boolean {
  const isKnown =
    key.length <= MAX_KEY &&
    (key.startsWith('enrich.') || (key.startsWith('kept.') ? KEPT.has(key) : splitPath(key) !== undefined));
  if (!isKnown) {
    faults.add(
      at,
      `must be a path into the record with dots, a flat field, enrich.… or one of ${[...KEPT.keys()].join(', ')}; got ${shorten(key)}`,
    );
  } else if (/^(request|response)_|^[a-z]+_[a-z_]+$/.test(key) && flatField(key) === undefined) {
    // Members of records are written otherwise: this is a flat field misspelt.
    faults.add(at, `is no flat field: ${shorten(key)}`);
    return false;
  }
  return isKnown;
}

/** Reads one field: `to`, and `is` or `from` with `as`, `values` and `otherwise`. */
export function readField(json: unknown, at: string, faults: Faults): OwnField | undefined {
  if (!isMembers(json)) return faults.add(at, 'must be an object with to and from');
  const body = new Body(json, at, faults);
  body.refuseUnknown(KNOWN);
  const to = body.need('to', MAX_NAME);
  if (to !== undefined && !isFieldName(to)) {
    body.fault(
      'to',
      `must be names with dots between them, of letters, digits and @ _ # $ : / -; got ${shorten(to)}`,
    );
  }
  const [is, from] = [body.own('is'), body.own('from')];
  if ((is === undefined) === (from === undefined)) {
    return faults.add(at, 'must have either from or is');
  }
  if (is !== undefined) {
    for (const name of ['as', 'values', 'otherwise']) {
      if (body.own(name) !== undefined) body.fault(name, 'is without effect with is');
    }
    const value = readScalar(is, body.place('is'), faults);
    return { to: to ?? '', is: value ?? '' };
  }
  const otherwise = body.own('otherwise');
  const values = readValues(body);
  const fallback =
    otherwise === undefined ? undefined : readScalar(otherwise, body.place('otherwise'), faults);
  return {
    to: to ?? '',
    from: readPaths(from, body.place('from'), faults),
    as: readShape(body, values !== undefined),
    ...(values && { values }),
    ...(fallback !== undefined && { otherwise: fallback }),
  };
}

function readPaths(from: unknown, at: string, faults: Faults): readonly string[] {
  const list: readonly unknown[] = Array.isArray(from) ? from : [from];
  if (list.length === 0 || list.length > MAX_PATHS) {
    faults.add(at, `must be a path, or a list of 1 to ${MAX_PATHS}`);
    return [];
  }
  return list.flatMap((path, number) => {
    const place = Array.isArray(from) ? `${at}[${number}]` : at;
    if (typeof path === 'string') return readKey(path, place, faults) ? [path] : [];
    faults.add(place, 'must be a text');
    return [];
  });
}

function readShape(body: Body, hasValues: boolean): OwnShape {
  const given = body.own('as');
  if (given === undefined || given === null) return 'text';
  const shape = OWN_SHAPES.find((one) => one === given);
  if (shape === undefined) body.fault('as', `must be one of ${OWN_SHAPES.join(', ')}`);
  else if (hasValues && shape !== 'text' && shape !== 'list') {
    body.fault('as', 'must be text or list with values: they are compared as texts');
  }
  return shape ?? 'text';
}

function readValues(body: Body): ReadonlyMap<string, Scalar> | undefined {
  const given = body.own('values');
  if (given === undefined || given === null) return undefined;
  if (!isMembers(given)) return body.fault('values', 'must be an object: a text, and what becomes of it');
  const entries = Object.entries(given);
  if (entries.length === 0 || entries.length > MAX_VALUES) {
    body.fault('values', `must have 1 to ${MAX_VALUES} entries`);
  }
  return new Map(
    entries.slice(0, MAX_VALUES).map(([text, value]) => {
      return [
        text,
        readScalar(value, inside(body.place('values'), shorten(text)), body.faults) ?? '',
      ] as const;
    }),
  );
}

function readScalar(value: unknown, at: string, faults: Faults): Scalar | undefined {
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (!isScalar) return faults.add(at, 'must be a text, a number, true or false');
  if (typeof value === 'string' && value.length > MAX_SCALAR) {
    return faults.add(at, `must have at most ${MAX_SCALAR} characters`);
  }
  return value;
}
