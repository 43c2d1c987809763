import { describe, expect, test } from 'vitest';
import {
  CLOUDTRAIL_TAG,
  compileRoute,
  NORMAL_PRIORITY_SERVICES,
  type RouteDecision,
  type RoutingCriterion,
  type RoutingRules,
} from './index.ts';

const RECORD = {
  eventSource: 'iam.amazonaws.com',
  eventName: 'CreateUser',
  sourceIPAddress: '10.1.2.3',
  errorCode: '',
  readOnly: false,
  userIdentity: { type: 'Root', accountId: '111122223333' },
  resources: [{ ARN: 'arn:aws:s3:::a' }, { ARN: 'arn:aws:iam::111122223333:user/bob' }],
  requestParameters: null,
};

function decide(rules: Partial<RoutingRules>, record: unknown = RECORD, enriched?: [string, string][]) {
  return compileRoute({ criteria: [], catchAll: 'rest', ...rules })(record, enriched && new Map(enriched));
}

const present = (key: string, more: Partial<RoutingCriterion> = {}): RoutingCriterion => ({
  ...{ type: 'KeyPresent', key, operation: 'store', repository: 'hit' },
  ...more,
});
const valued = (key: string, value: string, more: Partial<RoutingCriterion> = {}): RoutingCriterion => ({
  ...present(key, more),
  ...{ type: 'KeyPresentValueMatches', value },
});
const repoOf = (decision: RouteDecision) => (decision.kind === 'store' ? decision.repo : 'dropped');

describe('a criterion', () => {
  test.each([
    [present('userIdentity.type'), true],
    [present('userIdentity.userName'), false],
    [present('errorCode'), true],
    [present('requestParameters'), false],
    [present('requestParameters.bucketName'), false],
    [present('resources.ARN'), true],
    [present('toString'), false],
    [valued('userIdentity.type', 'Root'), true],
    [valued('userIdentity.type', 'root'), false],
    [valued('readOnly', 'false'), true],
    [valued('resources.ARN', 'arn:*:user/bob'), true],
    [valued('resources.ARN', 'arn:*:user/bo'), false],
    [valued('resources.0.ARN', 'arn:*:user/bob'), false],
    [valued('sourceIPAddress', '10.0.0.0/8'), true],
    [valued('sourceIPAddress', '192.168.0.0/16'), false],
    [valued('resources.ARN', '*', { match: 'exact' }), false],
    [valued('enrich.geo.country', 'DE'), true],
    [present('enrich.geo.city'), false],
    [valued('errorCode', ''), true],
  ] as const)('%j: %s', (criterion, hits) => {
    const decision = decide({ criteria: [criterion] }, RECORD, [['enrich.geo.country', 'DE']]);
    expect(repoOf(decision)).toBe(hits ? 'hit' : 'rest');
  });

  test('says by which rule a record lies where it lies', () => {
    const rules = {
      criteria: [valued('eventName', 'X*'), valued('userIdentity.type', 'Root', { repository: 'security' })],
    };
    expect(decide(rules)).toEqual({
      kind: 'store',
      repo: 'security',
      rule: { id: '2', text: 'userIdentity.type = Root: store in security' },
      tags: [CLOUDTRAIL_TAG],
      priority: 'normal',
      keepsRaw: true,
    });
    expect(decide(rules, {})).toMatchObject({ repo: 'rest', rule: { id: 'catch_all' } });
    expect(decide({ criteria: [present('eventName', { id: 'mine' })] })).toMatchObject({
      rule: { id: 'mine' },
    });
  });

  test('the first that matches decides', () => {
    const criteria = [valued('eventName', 'Create*', { repository: 'one' }), present('eventName')];
    expect(repoOf(decide({ criteria }))).toBe('one');
    expect(repoOf(decide({ criteria: criteria.toReversed() }))).toBe('hit');
  });

  test('drops, with the rule to count by', () => {
    expect(decide({ criteria: [valued('eventName', 'CreateUser', { operation: 'discard' })] })).toEqual({
      kind: 'drop',
      rule: { id: '1', text: 'eventName = CreateUser: discard' },
    });
  });

  test('may ask to keep the fields without the text', () => {
    expect(decide({ criteria: [present('eventName', { operation: 'discard_raw' })] })).toMatchObject({
      kind: 'store',
      keepsRaw: false,
    });
  });

  test('without a repository stores in the catch-all', () => {
    const { repository: _, ...criterion } = present('eventName');
    expect(decide({ criteria: [criterion] })).toMatchObject({ repo: 'rest', rule: { id: '1' } });
  });

  test('may name a flat field', () => {
    for (const [key, value, hits] of [
      ['source_address', '10.0.0.0/8', true],
      ['status', 'Success', true],
      ['status', 'Failure', false],
      ['user', 'root', true],
      ['request_bucketName', '*', false],
    ] as const) {
      expect(repoOf(decide({ criteria: [valued(key, value)] })), key).toBe(hits ? 'hit' : 'rest');
    }
  });
});

describe('tags and priority', () => {
  test('own tags come after #cloudtrail, each once', () => {
    const rules = {
      tags: ['prod', '#cloudtrail'],
      criteria: [present('eventName', { tags: ['x', 'prod'] })],
    };
    expect(decide(rules)).toMatchObject({ tags: ['#cloudtrail', 'prod', 'x'] });
  });

  test('the list of thirty services is normal, the rest is low', () => {
    expect(NORMAL_PRIORITY_SERVICES).toHaveLength(30);
    expect(decide({}, { eventSource: 'iam.amazonaws.com' })).toMatchObject({ priority: 'normal' });
    expect(decide({}, { eventSource: 'iam.amazonaws.com.cn' })).toMatchObject({ priority: 'normal' });
    expect(decide({}, { eventSource: 'sqs.amazonaws.com' })).toMatchObject({ priority: 'low' });
    expect(decide({}, {})).toMatchObject({ priority: 'low' });
  });

  test('the policy edits the list, and a criterion decides for its records', () => {
    const priorities = new Map([
      ['iam', 'high'],
      ['s3', 'low'],
      ['*', 'normal'],
    ] as const);
    const of = (service: string) => decide({ priorities }, { eventSource: `${service}.amazonaws.com` });
    expect(of('iam')).toMatchObject({ priority: 'high' });
    expect(of('s3')).toMatchObject({ priority: 'low' });
    expect(of('sqs')).toMatchObject({ priority: 'normal' });
    expect(of('ec2')).toMatchObject({ priority: 'normal' });
    expect(decide({ priorities, criteria: [present('eventName', { priority: 'low' })] })).toMatchObject({
      priority: 'low',
    });
  });
});

test.each([null, 5, 'x', [], [null], { eventSource: {} }, { eventName: [[[]]] }])(
  'a record that is %j is routed all the same',
  (record) => {
    const rules = { criteria: [valued('eventName', '*'), valued('userIdentity.type', 'Root')] };
    expect(repoOf(decide(rules, record))).toBe('rest');
  },
);
