import { Body, Faults, inside, isMembers, own, type Read, shorten } from '../../policy/index.ts';
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
  const body = new Body(json, '', faults);
  body.refuseUnknown(KNOWN);
  const base = readWord(body, 'base', VIEWS);
  const names = readWord(body, 'names', ['nested', 'flat']);
  if (base !== undefined && names !== undefined && (names === 'flat') !== (base === 'flat')) {
    body.fault('names', `cannot be ${names} over the base ${base}: leave it out`);
  }
  const nest = names === undefined ? base !== 'flat' : names === 'nested';
  const when = readConditions(body);
  const drop = readDrop(body, base !== undefined);
  const fields = readFields(body, nest);
  return faults.finish(() => ({ ...(base !== undefined && { base }), nest, when, drop, fields }));
}

function readWord<T extends string>(body: Body, name: string, words: readonly T[]): T | undefined {
  const value = body.own(name);
  if (value === undefined || value === null) return undefined;
  const word = words.find((one) => one === value);
  return word ?? body.fault(name, `must be one of ${words.join(', ')}`);
}

/** `{"eventSource": "iam.amazonaws.com", "errorCode": ["*Denied", "*Unauthorized*"]}` */
function readConditions(body: Body): readonly OwnCondition[] {
  const when = body.own('when');
  if (when === undefined || when === null) return [];
  if (!isMembers(when)) {
    body.fault('when', 'must be an object of keys and the values that they are to have');
    return [];
  }
  const entries = Object.entries(when);
  if (entries.length > MAX_CONDITIONS) body.fault('when', `must have at most ${MAX_CONDITIONS} keys`);
  return entries.slice(0, MAX_CONDITIONS).flatMap(([key, value]) => {
    const at = inside(body.place('when'), shorten(key));
    if (!readKey(key, at, body.faults)) return [];
    const values = (Array.isArray(value) ? (value as unknown[]) : [value]).map((one) =>
      typeof one === 'number' || typeof one === 'boolean' ? String(one) : one,
    );
    const areTexts = values.every(
      (one): one is string => typeof one === 'string' && one !== '' && one.length <= MAX_TEXT,
    );
    if (areTexts && values.length >= 1 && values.length <= MAX_VALUES) return [{ key, values }];
    body.faults.add(
      at,
      `must be a text of 1 to ${MAX_TEXT} characters, or a list of 1 to ${MAX_VALUES} of them`,
    );
    return [];
  });
}

function readDrop(body: Body, hasBase: boolean): readonly string[] {
  const list = body.list('drop', MAX_FIELDS);
  if (list.length > 0 && !hasBase) body.fault('drop', 'is without effect without a base');
  return list.flatMap((name, number) => {
    if (typeof name === 'string' && isFieldName(name)) return [name];
    body.fault(`drop[${number}]`, 'must be the name of a field');
    return [];
  });
}

function readFields(body: Body, nest: boolean): readonly OwnField[] {
  const given = body.own('fields');
  if (given === undefined || given === null) body.fault('fields', 'is mandatory');
  const list = body.list('fields', MAX_FIELDS);
  if (Array.isArray(given) && given.length === 0) body.fault('fields', 'must have one field or more');
  const fields = list.flatMap(
    (entry, number) => readField(entry, body.place(`fields[${number}]`), body.faults) ?? [],
  );
  const parts = fields.filter((field) => 'as' in field && ['json', 'value', 'list'].includes(field.as));
  if (parts.length > MAX_PARTS) {
    body.fault(
      'fields',
      `may have at most ${MAX_PARTS} with "as" json, value or list; found ${parts.length}`,
    );
  }
  refuseClashes(list, nest, body.faults);
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
