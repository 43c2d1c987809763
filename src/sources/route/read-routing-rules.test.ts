import { describe, expect, test } from 'vitest';
import { readRoutingRules } from './index.ts';

const repoExists = (name: string) => ['_logpoint', 'default', 'security'].includes(name);
const read = (json: unknown) => readRoutingRules(json, { repoExists });
const criterion = (more: object) => ({ catch_all: 'default', routing_criterion: [more] });
const faultsOf = (json: unknown) => {
  const answer = read(json);
  return answer.kind === 'refused' ? answer.faults.map(({ at, message }) => `${at} ${message}`) : [];
};

describe('routing rules', () => {
  test('of the sources that have none', () => {
    expect(read({ routing_criterion: [], catch_all: '_logpoint' })).toEqual({
      kind: 'read',
      policy: { criteria: [], catchAll: '_logpoint' },
    });
  });

  test('of a routing policy as the API page has it', () => {
    const json = {
      catch_all: 'default',
      routing_criteria: [
        { repo: '_logpoint', drop: 'store', type: 'KeyPresent', key: 'aa', value: '' },
        { repo: '', drop: 'store', type: 'KeyPresentValueMatches', key: 'hh', value: 'oo' },
      ],
    };
    expect(read(json)).toEqual({
      kind: 'read',
      policy: {
        catchAll: 'default',
        criteria: [
          { type: 'KeyPresent', key: 'aa', operation: 'store', repository: '_logpoint' },
          { type: 'KeyPresentValueMatches', key: 'hh', value: 'oo', operation: 'store' },
        ],
      },
    });
  });

  test.each([
    [{ key: 'a' }, { type: 'KeyPresent', key: 'a', operation: 'store' }],
    [
      { key: 'a', value: true },
      { type: 'KeyPresentValueMatches', key: 'a', value: 'true', operation: 'store' },
    ],
    [
      { key: 'a', operation: 'Discard entire event' },
      { type: 'KeyPresent', key: 'a', operation: 'discard' },
    ],
    [
      { key: 'a', operation: 'Discard raw message' },
      { type: 'KeyPresent', key: 'a', operation: 'discard_raw' },
    ],
    [
      { key: 'a', drop: true, repo: 'nowhere' },
      { type: 'KeyPresent', key: 'a', operation: 'discard' },
    ],
    [
      { key: 'a', operation: 'Equals', drop: 'discard_entire' },
      { type: 'KeyPresent', key: 'a', operation: 'discard' },
    ],
    [
      {
        _id: 'x',
        key: 'a',
        value: '10.0.0.0/8',
        match: 'cidr',
        repository: 'security',
        tags: ['#own'],
        priority: 'high',
      },
      {
        ...{
          type: 'KeyPresentValueMatches',
          key: 'a',
          value: '10.0.0.0/8',
          match: 'cidr',
          operation: 'store',
        },
        ...{ repository: 'security', id: 'x', tags: ['#own'], priority: 'high' },
      },
    ],
  ])('reads %j', (json, expected) => {
    expect(read(criterion(json))).toEqual({
      kind: 'read',
      policy: { catchAll: 'default', criteria: [expected] },
    });
  });

  test('priorities and tags', () => {
    const answer = read({
      catch_all: 'default',
      tags: ['env:prod'],
      priorities: { iam: 'high', '*': 'low' },
    });
    expect(answer).toMatchObject({ kind: 'read', policy: { tags: ['env:prod'] } });
    expect(answer.kind === 'read' && [...(answer.policy.priorities ?? [])]).toEqual([
      ['iam', 'high'],
      ['*', 'low'],
    ]);
  });

  test.each([
    [null, 'must be an object'],
    [[], 'must be an object'],
    [{}, 'catch_all is mandatory'],
    [{ catch_all: 5 }, 'catch_all must be a text'],
    [{ catch_all: '' }, 'catch_all must not be empty'],
    [{ catch_all: 'nowhere' }, 'catch_all names no repository: nowhere'],
    [{ catch_all: 'default', routing_criterion: {} }, 'routing_criterion must be a list'],
    [
      { catch_all: 'default', routing_criterion: [], routing_criteria: [] },
      'routing_criterion and routing_criteria',
    ],
    [{ catch_all: 'default', routes: [] }, 'routes is not known here'],
    [criterion([]), 'routing_criterion[0] must be an object'],
    [criterion({}), 'routing_criterion[0].key is mandatory'],
    [criterion({ key: 'a..b' }), 'routing_criterion[0].key must be names'],
    [criterion({ key: 'a', value: {} }), 'routing_criterion[0].value must be a text'],
    [criterion({ key: 'a', type: 'Regex', value: 'x' }), 'routing_criterion[0].type must be KeyPresent'],
    [criterion({ key: 'a', type: 'KeyPresentValueMatches' }), 'routing_criterion[0].value is mandatory'],
    [criterion({ key: 'a', type: 'KeyPresent', value: 'x' }), 'routing_criterion[0].value is without effect'],
    [criterion({ key: 'a', value: 'x', match: 'regex' }), 'routing_criterion[0].match must be exact'],
    [criterion({ key: 'a', value: 'x', match: 'cidr' }), 'routing_criterion[0].value must be a range'],
    [criterion({ key: 'a', operation: 'maybe' }), 'routing_criterion[0].operation must be store'],
    [criterion({ key: 'a', operation: 'store', drop: 'drop' }), 'routing_criterion[0].drop and operation'],
    [criterion({ key: 'a', repo: 'nowhere' }), 'routing_criterion[0].repo names no repository'],
    [
      criterion({ key: 'a', repo: 'default', repository: 'security' }),
      'routing_criterion[0].repo and repository',
    ],
    [criterion({ key: 'a', repo: 7 }), 'routing_criterion[0].repo must be a text'],
    [criterion({ key: 'a', tags: 'x' }), 'routing_criterion[0].tags must be a list'],
    [criterion({ key: 'a', tags: ['a b'] }), 'routing_criterion[0].tags[0] must be a letter'],
    [criterion({ key: 'a', priority: 'urgent' }), 'routing_criterion[0].priority must be low'],
    [criterion({ key: 'a', constructor: 1 }), 'routing_criterion[0].constructor is not known'],
    [{ catch_all: 'default', priorities: [] }, 'priorities must be an object'],
    [{ catch_all: 'default', priorities: { IAM: 'low' } }, 'priorities.IAM must be a service'],
    [{ catch_all: 'default', priorities: { iam: 1 } }, 'priorities.iam must be low'],
    [
      {
        catch_all: 'default',
        routing_criteria: [
          { id: 'a', key: 'x' },
          { id: 'a', key: 'y' },
        ],
      },
      'routing_criteria[1].id is the id of an earlier criterion',
    ],
    [
      { catch_all: 'default', routing_criteria: Array.from({ length: 1001 }, () => ({ key: 'a' })) },
      'routing_criteria must have at most 1000 entries',
    ],
  ])('refuses %j', (json, fault) => {
    const faults = faultsOf(json);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.trim().startsWith(fault)).toBe(true);
  });

  test('names all faults at once', () => {
    const json = {
      catch_all: '',
      routing_criterion: [{ type: 'x', value: 'v', operation: 'y' }, 7, { key: '', repo: 'nowhere' }],
      extra: 1,
    };
    expect(faultsOf(json)).toHaveLength(8);
  });

  test('passes over members that belong to somebody else', () => {
    expect(readRoutingRules({ catch_all: 'x', policy_name: 'p' }, {}, ['policy_name']).kind).toBe('read');
  });
});
