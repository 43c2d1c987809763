import {
  type Faults,
  inside,
  isMembers,
  type Members,
  needText,
  own,
  parseRange,
  readList,
  readText,
  refuseUnknown,
  shorten,
  splitPath,
} from '../policy/index.ts';
import type { Priority, RoutingCriterion } from './routing-rules.ts';

/** What is known beside the rules themselves. */
export interface RoutingChecks {
  /** Absent: any repository is taken as there. */
  readonly repoExists?: (name: string) => boolean;
}

const MAX_TAGS = 50;
const KNOWN_OF_CRITERION = [
  ...['id', '_id', 'type', 'key', 'value', 'match', 'operation', 'drop'],
  ...['repository', 'repo', 'tags', 'priority'],
];

/** Reads one criterion; every fault is noted, and what is answered counts only when there is none. */
export function readCriterion(
  json: unknown,
  at: string,
  checks: RoutingChecks,
  faults: Faults,
): RoutingCriterion | undefined {
  if (!isMembers(json)) return faults.add(at, 'must be an object with type, key and operation');
  refuseUnknown(json, KNOWN_OF_CRITERION, at, faults);
  const id = readText(json, own(json, 'id') === undefined ? '_id' : 'id', at, faults, 64);
  const key = needText(json, 'key', at, faults, 512);
  if (key !== undefined && !key.startsWith('enrich.') && splitPath(key) === undefined) {
    faults.add(inside(at, 'key'), `must be names with dots between them; got ${shorten(key)}`);
  }
  const value = readValue(json, at, faults);
  const type = readType(json, value, at, faults);
  const match = readMatch(json, value, at, faults);
  const operation = readOperation(json, at, faults);
  const repository = readRepository(json, at, operation, checks, faults);
  const tags = readTags(json, at, faults);
  const priority = own(json, 'priority');
  const level = priority === undefined ? undefined : readLevel(priority, inside(at, 'priority'), faults);
  return {
    type: type ?? 'KeyPresent',
    key: key ?? '',
    operation: operation ?? 'store',
    ...(type === 'KeyPresentValueMatches' && { value: value ?? '' }),
    ...(match !== undefined && { match }),
    ...(repository !== undefined && operation !== 'discard' && { repository }),
    ...(id !== undefined && { id }),
    ...(tags.length > 0 && { tags }),
    ...(level !== undefined && { priority: level }),
  };
}

/** Numbers and booleans are taken as their text: `"value": true` is no mistake. `""` is no value, as the API's example has it. */
function readValue(json: Members, at: string, faults: Faults): string | undefined {
  const value = own(json, 'value');
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return readText(json, 'value', at, faults, 512);
}

function readType(
  json: Members,
  value: string | undefined,
  at: string,
  faults: Faults,
): RoutingCriterion['type'] | undefined {
  const given = own(json, 'type');
  const hasValue = ![undefined, null, ''].includes(own(json, 'value') as undefined);
  if (given === undefined || given === null) return hasValue ? 'KeyPresentValueMatches' : 'KeyPresent';
  const word = String(given).toLowerCase().replace(/[ _-]/g, '');
  if (word === 'keypresent') {
    if (value !== undefined) {
      faults.add(inside(at, 'value'), 'is without effect with type KeyPresent; use KeyPresentValueMatches');
    }
    return 'KeyPresent';
  }
  if (word === 'keypresentvaluematches' || word === 'valuematches') {
    if (!hasValue) faults.add(inside(at, 'value'), 'is mandatory with type KeyPresentValueMatches');
    return 'KeyPresentValueMatches';
  }
  return faults.add(inside(at, 'type'), 'must be KeyPresent or KeyPresentValueMatches');
}

function readMatch(
  json: Members,
  value: string | undefined,
  at: string,
  faults: Faults,
): RoutingCriterion['match'] | undefined {
  const match = own(json, 'match');
  if (match === undefined || match === null) return undefined;
  if (match === 'cidr' && value !== undefined && parseRange(value) === undefined) {
    return faults.add(inside(at, 'value'), 'must be a range of IP addresses such as 10.0.0.0/8');
  }
  if (match === 'exact' || match === 'wildcard' || match === 'cidr') return match;
  return faults.add(inside(at, 'match'), 'must be exact, wildcard or cidr');
}

/** Spellings in small letters without blanks, dashes and underscores. */
const OPERATIONS: ReadonlyMap<string, RoutingCriterion['operation']> = new Map([
  ['store', 'store'],
  ['storeraw', 'store'],
  ['storerawmessage', 'store'],
  ['equals', 'store'],
  ['discardraw', 'discard_raw'],
  ['discardrawmessage', 'discard_raw'],
  ['discard', 'discard'],
  ['discardentire', 'discard'],
  ['discardentireevent', 'discard'],
  ['drop', 'discard'],
]);

function readOperation(json: Members, at: string, faults: Faults): RoutingCriterion['operation'] | undefined {
  const read = (name: string): RoutingCriterion['operation'] | undefined => {
    const value = own(json, name);
    if (value === undefined || value === null || value === '') return undefined;
    if (name === 'drop' && typeof value === 'boolean') return value ? 'discard' : 'store';
    const word = typeof value === 'string' ? value.toLowerCase().replace(/[ _-]/g, '') : '';
    const known = OPERATIONS.get(word);
    return known ?? faults.add(inside(at, name), 'must be store, discard_raw or discard');
  };
  const [operation, drop] = [read('operation'), read('drop')];
  const isEquals = own(json, 'operation') === 'Equals';
  if (operation !== undefined && drop !== undefined && operation !== drop && !isEquals) {
    faults.add(inside(at, 'drop'), 'and operation say different things: give one of them');
  }
  return isEquals ? (drop ?? 'store') : (operation ?? drop ?? 'store');
}

function readRepository(
  json: Members,
  at: string,
  operation: RoutingCriterion['operation'] | undefined,
  checks: RoutingChecks,
  faults: Faults,
): string | undefined {
  const given = ['repository', 'repo'].filter(
    (name) => ![undefined, null, ''].includes(own(json, name) as undefined),
  );
  const [name] = given;
  if (name === undefined) return undefined;
  if (given.length > 1 && own(json, 'repo') !== own(json, 'repository')) {
    faults.add(inside(at, 'repo'), 'and repository say different things: give one of them');
  }
  const repository = readText(json, name, at, faults, 128);
  // A record that is dropped lies in no repository; the API's callers send the member all the same.
  if (repository !== undefined && operation !== 'discard') {
    checkRepo(repository, inside(at, name), checks, faults);
  }
  return repository;
}

/** Notes a repository that is not there. */
export function checkRepo(name: string, at: string, checks: RoutingChecks, faults: Faults): void {
  if (checks.repoExists?.(name) === false) faults.add(at, `names no repository: ${shorten(name)}`);
}

/** Tags as Datadog takes them: a letter (after our `#`), then letters, digits and `_-:./`; at most 200 characters. */
const TAG = /^#?\p{L}[\p{L}\p{N}_:./-]{0,198}$/u;

/** Reads `tags`: none when absent. */
export function readTags(json: Members, at: string, faults: Faults): readonly string[] {
  const tags: string[] = [];
  for (const [number, tag] of readList(json, 'tags', at, faults, MAX_TAGS).entries()) {
    if (typeof tag === 'string' && TAG.test(tag)) tags.push(tag);
    else
      faults.add(
        `${inside(at, 'tags')}[${number}]`,
        'must be a letter, then letters, digits and _ - : . /; at most 200 characters',
      );
  }
  return tags;
}

/** Reads a priority. */
export function readLevel(value: unknown, at: string, faults: Faults): Priority | undefined {
  if (value === 'low' || value === 'normal' || value === 'high') return value;
  return faults.add(at, 'must be low, normal or high');
}
