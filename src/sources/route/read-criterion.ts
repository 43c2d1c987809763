import { Body, type Faults, isMembers, parseRange, shorten, splitPath } from '../policy/index.ts';
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
  const body = new Body(json, at, faults);
  body.refuseUnknown(KNOWN_OF_CRITERION);
  const id = body.text(body.own('id') === undefined ? '_id' : 'id', 64);
  const key = body.need('key', 512);
  if (key !== undefined && !key.startsWith('enrich.') && splitPath(key) === undefined) {
    body.fault('key', `must be names with dots between them; got ${shorten(key)}`);
  }
  const value = readValue(body);
  const type = readType(body, value);
  const match = readMatch(body, value);
  const operation = readOperation(body);
  const repository = readRepository(body, operation, checks);
  const tags = readTags(body);
  const priority = body.own('priority');
  const level = priority === undefined ? undefined : readLevel(priority, body.place('priority'), faults);
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
function readValue(body: Body): string | undefined {
  const value = body.own('value');
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return body.text('value', 512);
}

function readType(body: Body, value: string | undefined): RoutingCriterion['type'] | undefined {
  const given = body.own('type');
  const hasValue = ![undefined, null, ''].includes(body.own('value') as undefined);
  if (given === undefined || given === null) return hasValue ? 'KeyPresentValueMatches' : 'KeyPresent';
  const word = String(given).toLowerCase().replace(/[ _-]/g, '');
  if (word === 'keypresent') {
    if (value !== undefined) {
      body.fault('value', 'is without effect with type KeyPresent; use KeyPresentValueMatches');
    }
    return 'KeyPresent';
  }
  if (word === 'keypresentvaluematches' || word === 'valuematches') {
    if (!hasValue) body.fault('value', 'is mandatory with type KeyPresentValueMatches');
    return 'KeyPresentValueMatches';
  }
  return body.fault('type', 'must be KeyPresent or KeyPresentValueMatches');
}

function readMatch(body: Body, value: string | undefined): RoutingCriterion['match'] | undefined {
  const match = body.own('match');
  if (match === undefined || match === null) return undefined;
  if (match === 'cidr' && value !== undefined && parseRange(value) === undefined) {
    return body.fault('value', 'must be a range of IP addresses such as 10.0.0.0/8');
  }
  if (match === 'exact' || match === 'wildcard' || match === 'cidr') return match;
  return body.fault('match', 'must be exact, wildcard or cidr');
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

function readOperation(body: Body): RoutingCriterion['operation'] | undefined {
  const read = (name: string): RoutingCriterion['operation'] | undefined => {
    const value = body.own(name);
    if (value === undefined || value === null || value === '') return undefined;
    if (name === 'drop' && typeof value === 'boolean') return value ? 'discard' : 'store';
    const word = typeof value === 'string' ? value.toLowerCase().replace(/[ _-]/g, '') : '';
    const known = OPERATIONS.get(word);
    return known ?? body.fault(name, 'must be store, discard_raw or discard');
  };
  const [operation, drop] = [read('operation'), read('drop')];
  const isEquals = body.own('operation') === 'Equals';
  if (operation !== undefined && drop !== undefined && operation !== drop && !isEquals) {
    body.fault('drop', 'and operation say different things: give one of them');
  }
  return isEquals ? (drop ?? 'store') : (operation ?? drop ?? 'store');
}

function readRepository(
  body: Body,
  operation: RoutingCriterion['operation'] | undefined,
  checks: RoutingChecks,
): string | undefined {
  const given = ['repository', 'repo'].filter(
    (name) => ![undefined, null, ''].includes(body.own(name) as undefined),
  );
  const [name] = given;
  if (name === undefined) return undefined;
  if (given.length > 1 && body.own('repo') !== body.own('repository')) {
    body.fault('repo', 'and repository say different things: give one of them');
  }
  const repository = body.text(name, 128);
  // A record that is dropped lies in no repository; the API's callers send the member all the same.
  if (repository !== undefined && operation !== 'discard') {
    checkRepo(body, name, repository, checks);
  }
  return repository;
}

/** Notes a repository that is not there. */
export function checkRepo(body: Body, member: string, name: string, checks: RoutingChecks): void {
  if (checks.repoExists?.(name) === false) body.fault(member, `names no repository: ${shorten(name)}`);
}

/** Tags as Datadog takes them: a letter (after our `#`), then letters, digits and `_-:./`; at most 200 characters. */
const TAG = /^#?\p{L}[\p{L}\p{N}_:./-]{0,198}$/u;

/** Reads `tags`: none when absent. */
export function readTags(body: Body): readonly string[] {
  const tags: string[] = [];
  for (const [number, tag] of body.list('tags', MAX_TAGS).entries()) {
    if (typeof tag === 'string' && TAG.test(tag)) tags.push(tag);
    else
      body.fault(
        `tags[${number}]`,
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
