import { Body, Faults, inside, isMembers, type Read, shorten } from '../policy/index.ts';
import { checkRepo, type RoutingChecks, readCriterion, readLevel, readTags } from './read-criterion.ts';
import type { Priorities, Priority, RoutingCriterion, RoutingRules } from './routing-rules.ts';

/** Criteria of one policy; each is tried for each record. */
const MAX_CRITERIA = 1000;
const MAX_PRIORITIES = 1000;
const KNOWN = ['routing_criterion', 'routing_criteria', 'catch_all', 'tags', 'priorities'];
/**
 * Reads routing rules from the JSON of the log sources' `RoutingPolicy` (`routing_criterion`, `repository`, `operation`)
 * or of a routing policy of its own (`routing_criteria`, `repo`, `drop`); both spellings mean the same. Names all faults
 * at once. `ignored` members belong to somebody else and are passed over.
 *
 * How an operation is spelt is our reading: the field's page says "Operation for logs that have the key-value pair",
 * and the page of routing policies names storing, discarding the raw message and discarding the entire event.
 */
export function readRoutingRules(
  json: unknown,
  checks: RoutingChecks = {},
  ignored: readonly string[] = [],
): Read<RoutingRules> {
  const faults = new Faults();
  if (!isMembers(json)) {
    faults.add('', 'must be an object with catch_all and routing_criterion');
    return faults.finish(() => ({ criteria: [], catchAll: '' }));
  }
  const body = new Body(json, '', faults);
  body.refuseUnknown([...KNOWN, ...ignored]);
  const catchAll = body.need('catch_all', 128);
  if (catchAll !== undefined) checkRepo(body, 'catch_all', catchAll, checks);
  const member = body.own('routing_criteria') === undefined ? 'routing_criterion' : 'routing_criteria';
  if (member === 'routing_criteria' && body.own('routing_criterion') !== undefined) {
    body.fault('routing_criterion', 'and routing_criteria mean the same: give one of them');
  }
  const criteria = body
    .list(member, MAX_CRITERIA)
    .map((entry, at) => readCriterion(entry, `${member}[${at}]`, checks, faults));
  refuseTwins(body, criteria, member);
  const tags = readTags(body);
  const priorities = readPriorities(body);
  return faults.finish(() => ({
    criteria: criteria.filter((criterion) => criterion !== undefined),
    catchAll: catchAll ?? '',
    ...(tags.length > 0 && { tags }),
    ...(priorities.size > 0 && { priorities }),
  }));
}

/** Two criteria under one id would leave open by which of them a record lies where it lies. */
function refuseTwins(body: Body, criteria: readonly (RoutingCriterion | undefined)[], member: string): void {
  const seen = new Set<string>();
  for (const [at, criterion] of criteria.entries()) {
    const id = criterion?.id;
    if (id === undefined) continue;
    if (seen.has(id)) body.fault(`${member}[${at}].id`, 'is the id of an earlier criterion');
    seen.add(id);
  }
}

function readPriorities(body: Body): Priorities {
  const given = body.own('priorities');
  const priorities = new Map<string, Priority>();
  if (given === undefined || given === null) return priorities;
  if (!isMembers(given)) {
    body.fault('priorities', 'must be an object of services, such as {"iam": "normal", "*": "low"}');
    return priorities;
  }
  const entries = Object.entries(given);
  if (entries.length > MAX_PRIORITIES)
    body.fault('priorities', `must have at most ${MAX_PRIORITIES} members`);
  for (const [service, value] of entries.slice(0, MAX_PRIORITIES)) {
    const name = inside('priorities', shorten(service));
    if (!/^(\*|[a-z0-9-]{1,64}(\.[a-z0-9-]{1,64}){0,3})$/.test(service)) {
      body.fault(name, 'must be a service such as iam (from iam.amazonaws.com), or *');
    }
    const level = readLevel(value, body.place(name), body.faults);
    if (level !== undefined) priorities.set(service, level);
  }
  return priorities;
}
