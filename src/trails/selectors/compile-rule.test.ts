import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CloudTrailRecord, categoryOf, type EventCategory } from '../../event/index.ts';
import type { AdvancedEventSelector, EventSelector, Selectors, TrailRule } from '../trail.ts';
import { compileRule } from './compile-rule.ts';
import { decideEarly } from './decide-early.ts';
import { isRead, resourcesOf } from './record-fields.ts';
import { DEFAULT_SELECTORS } from './selectors.ts';

const ACCOUNT = '111122223333';
const CORPUS = join(import.meta.dirname, '../../../../shared/corpus/events.ndjson.gz');

const everything: TrailRule = {
  account: ACCOUNT,
  homeRegion: 'us-east-1',
  multiRegion: true,
  includeGlobalServiceEvents: true,
  recursiveLogging: true,
  selectors: DEFAULT_SELECTORS,
  insights: false,
};

function takes(
  rule: Partial<TrailRule>,
  record: CloudTrailRecord,
  { category = 'Management' as EventCategory, region = 'us-east-1', account = ACCOUNT } = {},
): boolean {
  return compileRule({ ...everything, ...rule })(record, { account, region, category });
}

function basic(selector: Partial<EventSelector>): Selectors {
  const [standard] = DEFAULT_SELECTORS.selectors as readonly EventSelector[];
  return { kind: 'basic', selectors: [{ ...standard!, ...selector }] };
}

function advanced(...FieldSelectors: AdvancedEventSelector['FieldSelectors']): Selectors {
  return { kind: 'advanced', selectors: [{ FieldSelectors }] };
}

describe('a rule', () => {
  test('takes only its own account’s events', () => {
    expect(takes({}, {})).toBe(true);
    expect(takes({}, {}, { account: '999999999999' })).toBe(false);
    expect(takes({ anyAccount: true }, {}, { account: '999999999999' })).toBe(true);
  });

  const iam = { eventSource: 'iam.amazonaws.com', eventName: 'CreateUser' };
  const sts = { eventSource: 'sts.amazonaws.com', eventName: 'AssumeRole' };
  const regionalSts = { ...sts, tlsDetails: { clientProvidedHostHeader: 'sts.us-east-1.amazonaws.com' } };
  const ec2 = { eventSource: 'ec2.amazonaws.com', eventName: 'RunInstances' };
  test.each([
    ['a single-Region trail', { multiRegion: false, homeRegion: 'eu-west-1' }, ec2, 'eu-west-1', true],
    ['a single-Region trail', { multiRegion: false, homeRegion: 'eu-west-1' }, ec2, 'us-east-1', false],
    [
      'a single-Region trail elsewhere',
      { multiRegion: false, homeRegion: 'eu-west-1' },
      iam,
      'us-east-1',
      false,
    ],
    ['a single-Region trail in us-east-1', { multiRegion: false }, iam, 'us-east-1', true],
    [
      'one without global events',
      { multiRegion: false, includeGlobalServiceEvents: false },
      iam,
      'us-east-1',
      false,
    ],
    [
      'one without global events',
      { multiRegion: false, includeGlobalServiceEvents: false },
      sts,
      'us-east-1',
      false,
    ],
    [
      'one without global events',
      { multiRegion: false, includeGlobalServiceEvents: false },
      regionalSts,
      'us-east-1',
      true,
    ],
    [
      'one without global events',
      { multiRegion: false, includeGlobalServiceEvents: false },
      ec2,
      'us-east-1',
      true,
    ],
    ['a multi-Region trail', { homeRegion: 'eu-west-1' }, iam, 'us-east-1', true],
    ['a multi-Region trail', { homeRegion: 'eu-west-1' }, ec2, 'ap-south-1', true],
  ])('%s %j: %j in %s: %s', (_, rule, record, region, expected) => {
    expect(takes(rule, record, { region })).toBe(expected);
  });

  test('takes Insights events only when Insights are on, whatever it selects', () => {
    const selectors = basic({ IncludeManagementEvents: false });
    expect(takes({ insights: false }, {}, { category: 'Insight' })).toBe(false);
    expect(takes({ insights: true, selectors }, {}, { category: 'Insight' })).toBe(true);
  });

  test('without recursive logging leaves out its own deliveries, and nothing else', () => {
    const selectors = basic({ DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3'] }] });
    const put = { eventSource: 's3.amazonaws.com', eventName: 'PutObject', readOnly: false };
    const own = { ...put, userIdentity: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' } };
    const data = { category: 'Data' as const };
    expect(takes({ selectors, recursiveLogging: true }, own, data)).toBe(true);
    expect(takes({ selectors, recursiveLogging: false }, own, data)).toBe(false);
    expect(takes({ selectors, recursiveLogging: false }, put, data)).toBe(true);
    expect(takes({ selectors, recursiveLogging: false }, { ...own, eventName: 'GetObject' }, data)).toBe(
      true,
    );
  });
});

describe('a basic selector', () => {
  test.each([
    ['ReadOnly', true, true],
    ['ReadOnly', 'True', true],
    ['ReadOnly', false, false],
    ['WriteOnly', false, true],
    ['WriteOnly', 'true', false],
    ['All', false, true],
  ] as const)('%s takes readOnly %j: %s', (ReadWriteType, readOnly, expected) => {
    expect(takes({ selectors: basic({ ReadWriteType }) }, { readOnly })).toBe(expected);
  });

  test('judges records without readOnly by their name', () => {
    expect(
      takes({ selectors: basic({ ReadWriteType: 'ReadOnly' }) }, { eventName: 'DescribeInstances' }),
    ).toBe(true);
    expect(takes({ selectors: basic({ ReadWriteType: 'ReadOnly' }) }, { eventName: 'RunInstances' })).toBe(
      false,
    );
  });

  test('leaves out excluded sources', () => {
    const selectors = basic({ ExcludeManagementEventSources: ['kms.amazonaws.com'] });
    expect(takes({ selectors }, { eventSource: 'kms.amazonaws.com' })).toBe(false);
    expect(takes({ selectors }, { eventSource: 's3.amazonaws.com' })).toBe(true);
  });

  const object = (arn: string) => ({
    eventSource: 's3.amazonaws.com',
    resources: [{ type: 'AWS::S3::Object', ARN: arn }],
  });
  const call = (arn: string) => ({
    eventSource: 'lambda.amazonaws.com',
    resources: [{ type: 'AWS::Lambda::Function', ARN: arn }],
  });
  const helloworld = 'arn:aws:lambda:us-west-2:111111111111:function:helloworld';
  test.each([
    ['AWS::S3::Object', 'arn:aws:s3:::b/', object('arn:aws:s3:::b/k'), true],
    ['AWS::S3::Object', 'arn:aws:s3:::b/', object('arn:aws:s3:::bb/k'), false],
    ['AWS::S3::Object', 'arn:aws:s3:::b/p', object('arn:aws:s3:::b/pre'), true],
    ['AWS::S3::Object', 'arn:aws:s3', object('arn:aws:s3:::any/k'), true],
    ['AWS::S3::Object', 'arn:aws:s3', call(helloworld), false],
    [
      'AWS::S3::Object',
      'arn:aws:s3:::b/',
      { eventSource: 's3.amazonaws.com', requestParameters: { bucketName: 'b', key: 'k' } },
      true,
    ],
    [
      'AWS::S3::Object',
      'arn:aws:s3:::b/',
      { eventSource: 's3.amazonaws.com', resources: [{ ARN: 'arn:aws:s3:::b/k' }] },
      true,
    ],
    [
      'AWS::S3::Object',
      'arn:aws:s3:::b/',
      {
        eventSource: 's3.amazonaws.com',
        resources: [{ type: 'AWS::S3::Object', ARNPrefix: 'arn:aws:s3:::b/' }],
      },
      true,
    ],
    ['AWS::Lambda::Function', helloworld, call(helloworld), true],
    ['AWS::Lambda::Function', helloworld, call(`${helloworld}2`), false],
    ['AWS::Lambda::Function', 'arn:aws:lambda', call(`${helloworld}2`), true],
  ])('%s %s takes %j: %s', (Type, value, record, expected) => {
    const selectors = basic({ DataResources: [{ Type, Values: [value] }] });
    expect(takes({ selectors }, record, { category: 'Data' })).toBe(expected);
  });

  test('takes no data or network events that it does not name', () => {
    expect(takes({}, object('arn:aws:s3:::b/k'), { category: 'Data' })).toBe(false);
    expect(takes({}, { eventSource: 'ec2.amazonaws.com' }, { category: 'NetworkActivity' })).toBe(false);
  });
});

describe('an advanced selector', () => {
  const data = { Field: 'eventCategory', Equals: ['Data'] };
  const objects = { Field: 'resources.type', Equals: ['AWS::S3::Object'] };
  const record = (name: string, ...arns: string[]) => ({
    eventName: name,
    resources: arns.map((ARN) => ({ type: 'AWS::S3::Object', ARN })),
  });
  test.each([
    [
      'a positive value',
      { Field: 'eventName', Equals: ['GetObject', 'PutObject'] },
      record('PutObject', 'a'),
      true,
    ],
    [
      'positive operators are ORed',
      { Field: 'eventName', Equals: ['X'], StartsWith: ['Get'] },
      record('GetObject', 'a'),
      true,
    ],
    [
      'negative ones are ANDed',
      { Field: 'eventName', NotStartsWith: ['Get'], NotEndsWith: ['Acl'] },
      record('PutObjectAcl', 'a'),
      false,
    ],
    [
      'a negative one vetoes a positive one',
      { Field: 'eventName', StartsWith: ['Get'], NotEndsWith: ['Acl'] },
      record('GetObjectAcl', 'a'),
      false,
    ],
    [
      'any resource may match',
      { Field: 'resources.ARN', StartsWith: ['b/'] },
      record('X', 'a/1', 'b/1'),
      true,
    ],
    [
      'any resource may veto',
      { Field: 'resources.ARN', NotStartsWith: ['b/'] },
      record('X', 'a/1', 'b/1'),
      false,
    ],
    [
      'a missing field fails a positive condition',
      { Field: 'userIdentity.arn', EndsWith: ['x'] },
      record('X', 'a'),
      false,
    ],
    [
      'a missing field passes a negative one',
      { Field: 'userIdentity.arn', NotEndsWith: ['x'] },
      record('X', 'a'),
      true,
    ],
    [
      'matching is case-sensitive',
      { Field: 'eventName', Equals: ['getobject'] },
      record('GetObject', 'a'),
      false,
    ],
  ])('%s', (_, field, event, expected) => {
    expect(takes({ selectors: advanced(data, objects, field) }, event, { category: 'Data' })).toBe(expected);
  });
});

/** The rules once more, in the plainest words, from the tables of AWS's pages: slow, without a compiled form. */
function reference(selectors: Selectors, record: CloudTrailRecord, category: EventCategory): boolean {
  const found = resourcesOf(record);
  if (selectors.kind === 'basic') {
    for (const selector of selectors.selectors) {
      if (selector.ReadWriteType === 'ReadOnly' && !isRead(record)) continue;
      if (selector.ReadWriteType === 'WriteOnly' && isRead(record)) continue;
      if (category === 'Management') {
        const source = String(record.eventSource);
        if (selector.IncludeManagementEvents && !selector.ExcludeManagementEventSources.includes(source))
          return true;
      }
      if (category !== 'Data') continue;
      for (const { Type, Values } of selector.DataResources) {
        for (const value of Values) {
          for (const { type, arn = '' } of found) {
            if (type !== Type) continue;
            if (['arn:aws:s3', 'arn:aws:lambda', 'arn:aws:dynamodb'].includes(value)) return true;
            if (Type === 'AWS::S3::Object' ? arn.startsWith(value) : arn === value) return true;
          }
        }
      }
    }
    return false;
  }
  for (const { FieldSelectors } of selectors.selectors) {
    let all = true;
    for (const field of FieldSelectors) {
      const values = valuesOf(field.Field, record, category);
      let wanted = !field.Equals && !field.StartsWith && !field.EndsWith;
      for (const value of values) {
        for (const text of field.Equals ?? []) if (value === text) wanted = true;
        for (const text of field.StartsWith ?? []) if (value.indexOf(text) === 0) wanted = true;
        for (const text of field.EndsWith ?? []) if (value.slice(-text.length) === text) wanted = true;
      }
      for (const value of values) {
        for (const text of field.NotEquals ?? []) if (value === text) wanted = false;
        for (const text of field.NotStartsWith ?? []) if (value.indexOf(text) === 0) wanted = false;
        for (const text of field.NotEndsWith ?? []) if (value.slice(-text.length) === text) wanted = false;
      }
      if (!wanted) all = false;
    }
    if (all) return true;
  }
  return false;
}

function valuesOf(field: string, record: CloudTrailRecord, category: EventCategory): string[] {
  if (field === 'eventCategory') return [category];
  if (field === 'readOnly') return [isRead(record) ? 'true' : 'false'];
  if (field === 'resources.type')
    return resourcesOf(record)
      .map(({ type }) => type!)
      .filter((text) => text !== undefined);
  if (field === 'resources.ARN')
    return resourcesOf(record)
      .map(({ arn }) => arn!)
      .filter((text) => text !== undefined);
  const value = field === 'userIdentity.arn' ? record.userIdentity?.arn : record[field];
  return typeof value === 'string' ? [value] : [];
}

const words = [
  'GetObject',
  'PutObject',
  'Put',
  'Object',
  'ListBuckets',
  'Invoke',
  'b/k',
  'arn:aws:s3:::b/k',
  'arn:aws:s3:::b/',
  'kms.amazonaws.com',
  's3.amazonaws.com',
  'us-east-1',
  'AwsApiCall',
];
const word = fc.constantFrom(...words);
const someWords = fc.array(word, { minLength: 1, maxLength: 3 });
const types = fc.constantFrom('AWS::S3::Object', 'AWS::Lambda::Function', 'AWS::DynamoDB::Table');
const categories = fc.constantFrom<EventCategory>('Management', 'Data', 'NetworkActivity');
const records: fc.Arbitrary<CloudTrailRecord> = fc.record(
  {
    eventName: word,
    eventSource: fc.constantFrom('kms.amazonaws.com', 's3.amazonaws.com', 'lambda.amazonaws.com'),
    eventType: word,
    readOnly: fc.constantFrom(true, false, 'True', 'false'),
    userIdentity: fc.record({ arn: word, type: word }, { requiredKeys: [] }),
    resources: fc.array(fc.record({ type: types, ARN: word }, { requiredKeys: [] }), { maxLength: 3 }),
    requestParameters: fc.constantFrom(null, 'text', { bucketName: 'b', key: 'k' }),
  },
  { requiredKeys: [] },
);
const fields = fc.record(
  {
    Field: fc.constantFrom(
      'eventName',
      'readOnly',
      'resources.type',
      'resources.ARN',
      'userIdentity.arn',
      'eventSource',
      'eventType',
    ),
    Equals: someWords,
    StartsWith: someWords,
    EndsWith: someWords,
    NotEquals: someWords,
    NotStartsWith: someWords,
    NotEndsWith: someWords,
  },
  { requiredKeys: ['Field'] },
);
const selectorSets: fc.Arbitrary<Selectors> = fc.oneof(
  fc.record({
    kind: fc.constant('basic' as const),
    selectors: fc.array(
      fc.record({
        ReadWriteType: fc.constantFrom('ReadOnly' as const, 'WriteOnly' as const, 'All' as const),
        IncludeManagementEvents: fc.boolean(),
        DataResources: fc.array(
          fc.record({
            Type: types,
            Values: fc.array(
              fc.constantFrom(
                'arn:aws:s3',
                'arn:aws:lambda',
                'arn:aws:s3:::b/k',
                'arn:aws:s3:::b/',
                'arn:aws:s3:::stratus',
              ),
            ),
          }),
          { maxLength: 2 },
        ),
        ExcludeManagementEventSources: fc.subarray(['kms.amazonaws.com', 'rdsdata.amazonaws.com']),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({
    kind: fc.constant('advanced' as const),
    selectors: fc.array(
      fc.record({
        FieldSelectors: fc
          .tuple(categories, fc.array(fields, { maxLength: 3 }))
          .map(([category, rest]) => [...rest, { Field: 'eventCategory', Equals: [category] }]),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
);

describe('the compiled matcher equals the plain reference', () => {
  test('on made-up records', () => {
    fc.assert(
      fc.property(
        selectorSets,
        fc.array(fc.tuple(records, categories), { maxLength: 10 }),
        (selectors, events) => {
          for (const [record, category] of events) {
            const taken = takes({ selectors }, record, { category });
            expect(taken).toBe(reference(selectors, record, category));
            const early = decideEarly({ ...everything, selectors });
            expect(early({ account: ACCOUNT, region: 'us-east-1', category }) ?? taken).toBe(taken);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('on real records', ({ skip }) => {
    if (!existsSync(CORPUS)) {
      console.warn(`SKIPPED: the real records are not there: ${CORPUS}`);
      skip('no corpus');
    }
    const lines = gunzipSync(readFileSync(CORPUS)).toString().split('\n').filter(Boolean);
    const events = lines.map((line) => JSON.parse(line) as CloudTrailRecord);
    expect(events.length).toBeGreaterThan(10_000);
    const real: Selectors[] = [
      DEFAULT_SELECTORS,
      basic({ ReadWriteType: 'WriteOnly', ExcludeManagementEventSources: ['kms.amazonaws.com'] }),
      basic({ DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3'] }] }),
      advanced(
        { Field: 'eventCategory', Equals: ['Data'] },
        { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
        { Field: 'readOnly', Equals: ['false'] },
      ),
      advanced(
        { Field: 'eventCategory', Equals: ['Data'] },
        { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
        { Field: 'eventName', StartsWith: ['Get', 'Put'], NotEndsWith: ['Acl'] },
        { Field: 'userIdentity.arn', NotStartsWith: ['arn:aws:iam::'] },
      ),
      advanced(
        { Field: 'eventCategory', Equals: ['NetworkActivity'] },
        {
          Field: 'eventSource',
          Equals: ['kms.amazonaws.com', 'cloudtrail.amazonaws.com', 'ec2.amazonaws.com'],
        },
      ),
      ...fc.sample(selectorSets, { numRuns: 12, seed: 20131101 }),
    ];
    for (const [index, selectors] of real.entries()) {
      const matches = compileRule({ ...everything, selectors });
      const decide = decideEarly({ ...everything, selectors });
      let taken = 0;
      for (const record of events) {
        const category = categoryOf(record) ?? 'Management';
        const expected = category === 'Insight' ? false : reference(selectors, record, category);
        const actual = matches(record, { account: ACCOUNT, region: 'us-east-1', category });
        const early = decide({ account: ACCOUNT, region: 'us-east-1', category });
        if (early !== undefined && early !== actual)
          expect({ early, record }).toEqual({ early: actual, record });
        if (actual !== expected)
          expect({ actual, selectors, record }).toEqual({ actual: expected, selectors, record });
        if (actual) taken += 1;
      }
      // The hand-made selectors must decide something, or the comparison would prove nothing.
      if (index < 5) expect(taken).toBeGreaterThan(0);
      if (index < 5) expect(taken).toBeLessThan(events.length);
    }
  });
});
