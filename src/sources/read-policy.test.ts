import { expect, it } from 'vitest';
import { readPolicy } from './read-policy.ts';

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
