import {
  Faults,
  inside,
  isMembers,
  type Members,
  own,
  type Read,
  readList,
  refuseUnknown,
  shorten,
} from '../../policy/index.ts';
import { VIEWS } from '../view-names.ts';
import type { OwnCondition, OwnField, OwnNormalizer } from './normalizer.ts';
import { isFieldName, readField, readKey } from './read-field.ts';

const KNOWN = ['base', 'names', 'when', 'drop', 'fields'];
const MAX_FIELDS = 500;
/** Fields that may copy whole parts of a record: more would make a large view of a small record. */
const MAX_PARTS = 32;
const MAX_CONDITIONS = 16;
const MAX_VALUES = 100;
const MAX_TEXT = 512;

/** Reads the JSON of a mapping: `base`, `names`, `when`, `drop`, `fields`. Every fault is named at once. */
export function readNormalizer(json: unknown): Read<OwnNormalizer> {
  const faults = new Faults();
  if (!isMembers(json)) {
    faults.add('', 'must be an object with fields');
    return faults.finish((): OwnNormalizer => undefined as never);
  }
  refuseUnknown(json, KNOWN, '', faults);
  const base = readWord(json, 'base', VIEWS, faults);
  const names = readWord(json, 'names', ['nested', 'flat'], faults);
  if (base !== undefined && names !== undefined && (names === 'flat') !== (base === 'flat')) {
    faults.add('names', `cannot be ${names} over the base ${base}: leave it out`);
  }
  const nest = names === undefined ? base !== 'flat' : names === 'nested';
  const when = readConditions(json, faults);
  const drop = readDrop(json, base !== undefined, faults);
  const fields = readFields(json, nest, faults);
  return faults.finish(() => ({ ...(base !== undefined && { base }), nest, when, drop, fields }));
}

function readWord<T extends string>(
  json: Members,
  name: string,
  words: readonly T[],
  faults: Faults,
): T | undefined {
  const value = own(json, name);
  if (value === undefined || value === null) return undefined;
  const word = words.find((one) => one === value);
  return word ?? faults.add(name, `must be one of ${words.join(', ')}`);
}

/** `{"eventSource": "iam.amazonaws.com", "errorCode": ["*Denied", "*Unauthorized*"]}` */
function readConditions(json: Members, faults: Faults): readonly OwnCondition[] {
  const when = own(json, 'when');
  if (when === undefined || when === null) return [];
  if (!isMembers(when)) {
    faults.add('when', 'must be an object of keys and the values that they are to have');
    return [];
  }
  const entries = Object.entries(when);
  if (entries.length > MAX_CONDITIONS) faults.add('when', `must have at most ${MAX_CONDITIONS} keys`);
  return entries.slice(0, MAX_CONDITIONS).flatMap(([key, value]) => {
    const at = inside('when', shorten(key));
    if (!readKey(key, at, faults)) return [];
    const values = (Array.isArray(value) ? (value as unknown[]) : [value]).map((one) =>
      typeof one === 'number' || typeof one === 'boolean' ? String(one) : one,
    );
    const areTexts = values.every(
      (one): one is string => typeof one === 'string' && one !== '' && one.length <= MAX_TEXT,
    );
    if (areTexts && values.length >= 1 && values.length <= MAX_VALUES) return [{ key, values }];
    faults.add(at, `must be a text of 1 to ${MAX_TEXT} characters, or a list of 1 to ${MAX_VALUES} of them`);
    return [];
  });
}

function readDrop(json: Members, hasBase: boolean, faults: Faults): readonly string[] {
  const list = readList(json, 'drop', '', faults, MAX_FIELDS);
  if (list.length > 0 && !hasBase) faults.add('drop', 'is without effect without a base');
  return list.flatMap((name, number) => {
    if (typeof name === 'string' && isFieldName(name)) return [name];
    faults.add(`drop[${number}]`, 'must be the name of a field');
    return [];
  });
}

function readFields(json: Members, nest: boolean, faults: Faults): readonly OwnField[] {
  const given = own(json, 'fields');
  if (given === undefined || given === null) faults.add('fields', 'is mandatory');
  const list = readList(json, 'fields', '', faults, MAX_FIELDS);
  if (Array.isArray(given) && given.length === 0) faults.add('fields', 'must have one field or more');
  const fields = list.flatMap((entry, number) => readField(entry, `fields[${number}]`, faults) ?? []);
  const parts = fields.filter((field) => 'as' in field && ['json', 'value', 'list'].includes(field.as));
  if (parts.length > MAX_PARTS) {
    faults.add(
      'fields',
      `may have at most ${MAX_PARTS} with "as" json, value or list; found ${parts.length}`,
    );
  }
  refuseClashes(list, nest, faults);
  return fields;
}

/** A name twice, or one that is a value here and an object there. */
function refuseClashes(list: readonly unknown[], nest: boolean, faults: Faults): void {
  const seen = new Map<string, number>();
  const objects = new Map<string, number>();
  for (const [number, entry] of list.entries()) {
    const to = isMembers(entry) ? own(entry, 'to') : undefined;
    if (typeof to !== 'string' || !isFieldName(to)) continue;
    const at = `fields[${number}].to`;
    const twice = seen.get(to);
    if (twice !== undefined)
      faults.add(at, `is the name of fields[${twice}] already; from takes several paths`);
    const inner = nest ? objects.get(to) : undefined;
    if (inner !== undefined) faults.add(at, `is a value, but fields[${inner}] lies within it`);
    seen.set(to, number);
    if (!nest) continue;
    for (let dot = to.indexOf('.'); dot > 0; dot = to.indexOf('.', dot + 1)) {
      const outer = to.slice(0, dot);
      const value = seen.get(outer);
      if (value !== undefined) faults.add(at, `lies within fields[${value}], which is a value`);
      objects.set(outer, number);
    }
  }
}
