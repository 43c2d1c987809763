import { describe, expect, test } from 'vitest';
import { readLookupFields } from './lookup-fields.ts';
import type { CloudTrailRecord } from './record.ts';

const read = (record: unknown) => readLookupFields(record as CloudTrailRecord);

describe('user names', () => {
  test.each([
    ['an IAM user', { type: 'IAMUser', userName: 'alice' }, 'alice'],
    ['the root user, named or not', { type: 'Root', userName: 'my-alias' }, 'root'],
    ['a session, by principal', { type: 'AssumedRole', principalId: 'AROA:build', userName: 'x' }, 'build'],
    ['a session, by ARN', { type: 'AssumedRole', arn: 'arn:aws:sts::1:assumed-role/r/build' }, 'build'],
    ['a session without a name', { type: 'AssumedRole', principalId: 'AROA:' }, undefined],
    ['a federated user', { type: 'FederatedUser', principalId: '123:bob' }, 'bob'],
    ['a service', { type: 'AWSService', invokedBy: 'ec2.amazonaws.com', userName: 'x' }, undefined],
    ['a SAML user', { type: 'SAMLUser', userName: 'sam' }, 'sam'],
    ['no type', { userName: 'eve' }, 'eve'],
    ['an empty name', { type: 'IAMUser', userName: '' }, undefined],
    ['a number for a name', { type: 'IAMUser', userName: 5 }, undefined],
    ['a list for an identity', [{ userName: 'x' }], undefined],
    ['no identity', null, undefined],
  ])('%s', (_, userIdentity, username) => {
    expect(read({ userIdentity }).username).toBe(username);
  });
});

test.each([
  [true, 'true'],
  [false, 'false'],
  ['True', 'true'],
  ['false', 'false'],
  ['yes', undefined],
  [1, undefined],
  [null, undefined],
  [undefined, undefined],
])('readOnly %j reads as %j', (readOnly, expected) => {
  expect(read({ readOnly }).readOnly).toBe(expected);
});

test('an insight event answers with the call that it is about', () => {
  const insightDetails = { eventName: 'RunInstances', eventSource: 'ec2.amazonaws.com' };
  expect(read({ eventCategory: 'Insight', insightDetails })).toMatchObject(insightDetails);
});

describe('resources', () => {
  const of = (record: object) =>
    read(record).resources.map((one) => `${one.resourceType} ${one.resourceName}`);

  test('CreateUser names the user three times, as AWS does', () => {
    const record = {
      eventSource: 'iam.amazonaws.com',
      readOnly: false,
      requestParameters: { userName: 'alice' },
      responseElements: { user: { userName: 'alice', arn: 'arn:aws:iam::1:user/alice', userId: 'AIDA1' } },
    };
    expect(of(record)).toEqual([
      'AWS::IAM::User alice',
      'AWS::IAM::User arn:aws:iam::1:user/alice',
      'AWS::IAM::User AIDA1',
    ]);
  });

  test('CreateAccessKey names key and user', () => {
    const record = {
      eventSource: 'iam.amazonaws.com',
      requestParameters: { userName: 'alice' },
      responseElements: { accessKey: { accessKeyId: 'AKIA1', userName: 'alice', status: 'Active' } },
    };
    expect(of(record).sort()).toEqual(['AWS::IAM::AccessKey AKIA1', 'AWS::IAM::User alice']);
  });

  test('RunInstances names what it started and where', () => {
    const item = { instanceId: 'i-1', imageId: 'ami-1', subnetId: 'subnet-1', vpcId: 'vpc-1' };
    const groupSet = { items: [{ groupId: 'sg-1', groupName: 'web' }] };
    const responseElements = {
      instancesSet: {
        items: [
          { ...item, groupSet },
          { ...item, instanceId: 'i-2' },
        ],
      },
    };
    expect(of({ eventSource: 'ec2.amazonaws.com', responseElements })).toEqual(
      expect.arrayContaining([
        'AWS::EC2::Instance i-1',
        'AWS::EC2::Instance i-2',
        'AWS::EC2::AMI ami-1',
        'AWS::EC2::SecurityGroup sg-1',
        'AWS::EC2::SecurityGroup web',
        'AWS::EC2::Subnet subnet-1',
        'AWS::EC2::VPC vpc-1',
      ]),
    );
  });

  test('CreateTrail names the trail by name and ARN, its bucket and its topic', () => {
    const trailARN = 'arn:aws:cloudtrail:eu-west-1:1:trail/t';
    const record = {
      eventSource: 'cloudtrail.amazonaws.com',
      requestParameters: { name: 't', s3BucketName: 'logs' },
      responseElements: { name: 't', trailARN, s3BucketName: 'logs', snsTopicARN: 'arn:topic' },
    };
    expect(of(record)).toEqual([
      'AWS::CloudTrail::Trail t',
      `AWS::CloudTrail::Trail ${trailARN}`,
      'AWS::S3::Bucket logs',
      'AWS::SNS::Topic arn:topic',
    ]);
  });

  test('reads show only what the record lists, in any spelling of the ARN', () => {
    const record = {
      eventSource: 's3.amazonaws.com',
      readOnly: true,
      requestParameters: { bucketName: 'b' },
      resources: [
        { type: 'AWS::S3::Bucket', ARN: 'arn:1' },
        { type: 'AWS::S3::Object', ARNPrefix: 'arn:2/' },
        { arn: 'arn:3' },
        { type: 'AWS::S3::Bucket' },
        null,
        'x',
        { type: 5, ARN: 6 },
      ],
    };
    expect(of(record)).toEqual(['AWS::S3::Bucket arn:1', 'AWS::S3::Object arn:2/', 'undefined arn:3']);
  });

  test.each([
    [{ eventSource: '__proto__', requestParameters: { name: 'x' } }],
    [{ eventSource: 'iam.amazonaws.com', requestParameters: 'text', responseElements: [] }],
    [{ eventSource: 'iam.amazonaws.com', requestParameters: { userName: { a: 1 } } }],
    [{ eventSource: 'iam.amazonaws.com', requestParameters: [[[{ userName: 'x' }]]] }],
    [{ resources: { length: 5 } }],
    [{ resources: 'arn' }],
  ])('hostile shape %j names nothing', (record) => {
    expect(of(record)).toEqual([]);
  });

  test('a record that names thousands is cut', () => {
    const resources = Array.from({ length: 5000 }, (_, at) => ({ type: 't', ARN: `a${at}` }));
    expect(of({ resources })).toHaveLength(100);
  });
});

test.each([null, 1, 'x', [], undefined, true])('%j instead of a record has no fields', (record) => {
  expect(read(record)).toEqual({ resources: [] });
});
