import { describe, expect, test } from 'vitest';
import { canonicalAddress } from './facts.ts';
import { FLAT_FIELDS, flatField, NORMALIZERS, toEcs, toFlat, toOcsf, VIEW_OF, VIEWS } from './index.ts';
import { deedOf } from './operation.ts';

const ARRIVED = Date.UTC(2026, 10, 1, 10, 1);
const LOGIN = {
  eventVersion: '1.08',
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDA',
    accountId: '111122223333',
    userName: 'alice',
    accessKeyId: '',
  },
  eventTime: '2026-11-01T10:00:00Z',
  eventSource: 'signin.amazonaws.com',
  eventName: 'ConsoleLogin',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '2001:DB8:0:0:0:0:0:1',
  userAgent: 'Mozilla/5.0',
  errorMessage: 'Failed authentication',
  requestParameters: null,
  responseElements: { ConsoleLogin: 'Failure' },
  additionalEventData: { MFAUsed: 'Yes', LoginTo: 'https://console.aws.amazon.com/', MobileVersion: 'No' },
  eventID: '11111111-2222-3333-4444-555555555555',
  readOnly: false,
  eventType: 'AwsConsoleSignIn',
  managementEvent: true,
  recipientAccountId: '111122223333',
  eventCategory: 'Management',
};
const ADDED = {
  ...LOGIN,
  ...{ eventSource: 'iam.amazonaws.com', eventName: 'AddUserToGroup', sourceIPAddress: '192.0.2.7' },
  ...{ errorMessage: undefined, responseElements: null, additionalEventData: undefined, requestID: 'R1' },
  requestParameters: { userName: 'bob', groupName: 'ops', count: 2, nested: { a: 1 }, empty: '' },
};

describe('the flat view', () => {
  test('has the names of Logpoint and ours', () => {
    expect(toFlat(LOGIN)).toEqual({
      ...{ log_ts: '2026-11-01T10:00:00.000Z', norm_id: 'CloudTrail', event_name: 'ConsoleLogin' },
      ...{ event_source: 'signin.amazonaws.com', service: 'signin', action: 'other' },
      ...{ event_id: '11111111-2222-3333-4444-555555555555', event_type: 'AwsConsoleSignIn' },
      ...{
        event_category: 'Management',
        event_version: '1.08',
        region: 'eu-west-1',
        account_id: '111122223333',
      },
      ...{ user: 'alice', identity_type: 'IAMUser', user_id: 'AIDA', user_account_id: '111122223333' },
      ...{ mfa_authenticated: true, source_address: '2001:db8::1', user_agent: 'Mozilla/5.0' },
      ...{ status: 'Failure', message: 'Failed authentication', denied: false, read_only: false },
      ...{ management_event: true, response_ConsoleLogin: 'Failure' },
    });
  });

  test('opens the first level of request and response, and adds what enrichment found', () => {
    const enriched = new Map([['enrich.geo.country_code', 'DE']]);
    expect(toFlat(ADDED, { enriched })).toMatchObject({
      ...{
        target_user: 'bob',
        target_group: 'ops',
        request_userName: 'bob',
        request_count: 2,
        status: 'Success',
      },
      'enrich.geo.country_code': 'DE',
    });
    expect(Object.keys(toFlat(ADDED)).filter((name) => /nested|empty/.test(name))).toEqual([]);
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`k${at}`, 'v']));
    const names = Object.keys(toFlat({ requestParameters: wide, responseElements: wide }));
    expect(names.filter((name) => /^(request|response)_k/.test(name))).toHaveLength(64);
  });

  test('gives one field by its name', () => {
    expect(flatField('source_address')?.(LOGIN)).toBe('2001:db8::1');
    expect(flatField('status')?.(LOGIN)).toBe('Failure');
    expect(flatField('request_groupName')?.(ADDED)).toBe('ops');
    expect(flatField('request_constructor')?.(ADDED)).toBeUndefined();
    expect(flatField('userIdentity.type')).toBeUndefined();
    expect(flatField('request_')).toBeUndefined();
  });

  test('has each name once, and no name of the record itself', () => {
    const names = FLAT_FIELDS.map(({ to }) => to);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name))).toEqual([]);
  });
});

test('the ECS view of a failed sign-in', () => {
  const view = toEcs(LOGIN, { arrivedAt: ARRIVED, raw: '{}', tags: ['#cloudtrail'] });
  expect(view).toMatchObject({
    '@timestamp': '2026-11-01T10:00:00.000Z',
    event: { category: ['authentication', 'api'], type: ['start'], outcome: 'failure', original: '{}' },
    user: { name: 'alice', id: 'AIDA' },
    source: { ip: '2001:db8::1', address: '2001:DB8:0:0:0:0:0:1' },
    related: { user: ['alice', 'AIDA'], ip: ['2001:db8::1'] },
    tags: ['#cloudtrail'],
    aws: { cloudtrail: { console_login: { mfa_used: true }, user_identity: { type: 'IAMUser' } } },
  });
});

test.each([
  ['CreateUser', 'iam', { category: ['iam', 'api'], type: ['creation', 'user'] }],
  ['AddUserToGroup', 'iam', { category: ['iam', 'api'], type: ['change', 'user'] }],
  ['DeleteGroup', 'iam', { category: ['iam', 'api'], type: ['deletion', 'group'] }],
  ['CreatePolicy', 'iam', { category: ['iam', 'api'], type: ['creation', 'admin'] }],
  ['ListRoles', 'iam', { category: ['iam', 'api'], type: ['access'] }],
  ['RunInstances', 'ec2', { category: ['api'], type: ['creation'] }],
  ['AssumeRole', 'sts', { category: ['authentication', 'api'], type: ['start'] }],
])('the ECS kind of %s', (eventName, service, kind) => {
  expect(toEcs({ ...LOGIN, eventName, eventSource: `${service}.amazonaws.com` }).event).toMatchObject(kind);
});

describe('the OCSF view', () => {
  test('of a failed sign-in is Authentication', () => {
    const view = toOcsf(LOGIN, { arrivedAt: ARRIVED });
    expect(view).toMatchObject({
      ...{
        class_uid: 3002,
        category_uid: 3,
        activity_id: 1,
        type_uid: 300201,
        type_name: 'Authentication: Logon',
      },
      ...{ time: Date.UTC(2026, 10, 1, 10), status_id: 2, status: 'Failure', is_mfa: true, is_remote: true },
      user: {
        name: 'alice',
        uid: 'AIDA',
        type_id: 1,
        type: 'User',
        account: { uid: '111122223333', type_id: 10 },
      },
      ...{ service: { name: 'signin.amazonaws.com' }, src_endpoint: { ip: '2001:db8::1' } },
      metadata: {
        version: '1.8.0',
        profiles: ['cloud'],
        product: { name: 'CloudTrail', vendor_name: 'AWS' },
      },
      cloud: { provider: 'AWS', region: 'eu-west-1', account: { uid: '111122223333' } },
    });
    expect(view).not.toHaveProperty('resources');
  });

  test('of a group change is Group Management, with group and user', () => {
    expect(toOcsf(ADDED)).toMatchObject({
      ...{ class_uid: 3006, activity_id: 3, activity_name: 'Add User', status_id: 1 },
      ...{ group: { name: 'ops' }, user: { name: 'bob' }, actor: { user: { name: 'alice' } } },
      api: { operation: 'AddUserToGroup', service: { name: 'iam.amazonaws.com' }, request: { uid: 'R1' } },
    });
  });

  test.each([
    ['ec2', 'RunInstances', 6003, 1],
    ['ec2', 'DescribeInstances', 6003, 2],
    ['ec2', 'TerminateInstances', 6003, 4],
    ['cloudtrail', 'StopLogging', 6003, 3],
    ['iam', 'CreateUser', 3001, 1],
    ['iam', 'DeactivateMFADevice', 3001, 11],
    ['iam', 'ListUsers', 6003, 2],
    ['sts', 'AssumeRole', 3002, 7],
    ['iam', 'CreatePolicy', 3004, 1],
    ['odd', 'Frobnicate', 6003, 99],
  ])('of %s %s is class %i, activity %i', (service, eventName, uid, activity) => {
    const view = toOcsf({ ...LOGIN, eventName, eventSource: `${service}.amazonaws.com` });
    expect(view).toMatchObject({ class_uid: uid, activity_id: activity, type_uid: uid * 100 + activity });
  });
});

test.each([
  ['GetObject', undefined, 'read'],
  ['BatchGetItem', undefined, 'read'],
  ['BatchDeleteImage', undefined, 'delete'],
  ['ScheduleKeyDeletion', undefined, 'delete'],
  ['UpdateFunctionConfiguration20150331v2', undefined, 'update'],
  ['Invoke', undefined, 'other'],
  ['Invoke', true, 'read'],
  ['ConsoleLogin', 'True', 'read'],
  ['constructor', undefined, 'other'],
  ['', undefined, 'other'],
])('%s with readOnly %s is %s', (name, readOnly, deed) => expect(deedOf(name, readOnly)).toBe(deed));

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['010.000.000.001', '10.0.0.1'],
  ['2001:DB8::0:1', '2001:db8::1'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['10:0:0:0:0:0:0:0', '10::'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['AWS Internal', undefined],
])('the address %s is written %s', (text, spelled) => expect(canonicalAddress(text)).toBe(spelled));

test('every normalizer is a view', () => {
  expect([...NORMALIZERS.values()].toSorted()).toEqual([...VIEWS].toSorted());
});

test.each([
  null,
  5,
  'x',
  [],
  { userIdentity: { sessionContext: 'x' } },
  JSON.parse('{"__proto__":{"eventName":"x"}}'),
])('%j is shown in every view, and stays as it was', (record) => {
  const before = JSON.stringify(record);
  for (const name of VIEWS) {
    const view = VIEW_OF[name](record, { arrivedAt: ARRIVED });
    expect(JSON.parse(JSON.stringify(view))).toBeTypeOf('object');
  }
  expect(JSON.stringify(record)).toBe(before);
});
