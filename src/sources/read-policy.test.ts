import { expect, it } from 'vitest';
import { assumePolicy, readPolicy, trustPolicy } from './read-policy.ts';

it('allows the six permissions, each for no more than it needs', () => {
  const { Statement } = readPolicy([
    { bucket: 'logs', prefix: 'audit' },
    { bucket: 'logs', prefix: 'org' },
    { bucket: 'other', prefix: '' },
    { bucket: 'other', prefix: 'x' },
  ]);
  expect(Statement.map(({ Action, Resource, Condition }) => [Action, Resource, Condition])).toEqual([
    [
      ['cloudtrail:DescribeTrails', 'cloudtrail:GetTrailStatus', 'organizations:DescribeOrganization'],
      '*',
      undefined,
    ],
    ['s3:GetBucketLocation', ['arn:aws:s3:::logs', 'arn:aws:s3:::other'], undefined],
    ['s3:ListBucket', 'arn:aws:s3:::logs', { StringLike: { 's3:prefix': ['audit/*', 'org/*'] } }],
    ['s3:ListBucket', 'arn:aws:s3:::other', undefined],
    [
      's3:GetObject',
      [
        'arn:aws:s3:::logs/audit/*',
        'arn:aws:s3:::logs/org/*',
        'arn:aws:s3:::other/*',
        'arn:aws:s3:::other/x/*',
      ],
      undefined,
    ],
  ]);
  expect(new Set(Statement.map(({ Sid }) => Sid)).size).toBe(Statement.length);
});

it('leaves out what is not needed, and adds the keys of encrypted buckets', () => {
  const kmsKeys = ['arn:aws-cn:kms:cn-north-1:111111111111:key/1'];
  const { Statement } = readPolicy([{ bucket: 'b', prefix: '' }], {
    partition: 'aws-cn',
    discovery: false,
    kmsKeys,
  });
  expect(Statement.map(({ Action }) => Action)).toEqual([
    's3:GetBucketLocation',
    's3:ListBucket',
    's3:GetObject',
    'kms:Decrypt',
  ]);
  expect(JSON.stringify(Statement)).toContain('arn:aws-cn:s3:::b/*');
});

it('allows what listening to queues takes, on these queues alone', () => {
  const queue = (url: string) => ({ bucket: 'b', prefix: '', queue: { url, region: 'eu-west-1' } });
  const { Statement } = readPolicy([
    queue('https://sqs.eu-central-1.amazonaws.com/111122223333/news'),
    queue('http://127.0.0.1:9000/111122223333/near'),
    queue('https://queue.example.com/of/another/form'),
    queue('http://127.0.0.1:9000/111122223333/near'),
  ]);
  expect(Statement.at(-1)).toEqual({
    Sid: 'OpentrailHearOfLogs',
    Effect: 'Allow',
    Action: [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:GetQueueAttributes',
    ],
    Resource: ['arn:aws:sqs:eu-central-1:111122223333:news', 'arn:aws:sqs:eu-west-1:111122223333:near'],
  });
});

it('says what a role takes, on both of its sides', () => {
  const role = 'arn:aws:iam::111122223333:role/audit';
  expect(assumePolicy([role, role]).Statement).toEqual([
    { Sid: 'OpentrailAssumeRoles', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: [role] },
  ]);
  const principal = 'arn:aws:iam::444455556666:user/opentrail';
  expect(trustPolicy(principal, ['x1']).Statement).toEqual([
    {
      Effect: 'Allow',
      Principal: { AWS: principal },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': ['x1'] } },
    },
  ]);
  expect(trustPolicy(principal, []).Statement[0]).not.toHaveProperty('Condition');
});
