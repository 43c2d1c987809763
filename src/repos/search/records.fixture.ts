import { createHash } from 'node:crypto';

/** Records with the oddities of real ones, made from a number; the same number makes the same record. */
export function makeRecord(at: number): Record<string, unknown> {
  const pick = <T>(list: readonly T[], salt = 0): T => list[hash(at, salt) % list.length] as T;
  const name = pick([
    'CreateUser',
    'DeleteUser',
    'GetObject',
    'PutObject',
    'AssumeRole',
    'ConsoleLogin',
    'RunInstances',
  ]);
  const identity = pick<Record<string, unknown> | undefined>(
    [
      {
        type: 'IAMUser',
        userName: pick(['alice', 'Bob', 'admin-ops', 'zoë'], 9),
        arn: 'arn:aws:iam::111111111111:user/alice',
        accountId: '111111111111',
      },
      {
        type: 'AssumedRole',
        principalId: 'AROA1:session-1',
        arn: 'arn:aws:sts::222222222222:assumed-role/Admin/session-1',
        sessionContext: { sessionIssuer: { userName: 'Admin' }, attributes: { mfaAuthenticated: 'false' } },
      },
      { type: 'AssumedRole', arn: 'arn:aws:sts::222222222222:assumed-role/Admin/other' },
      { type: 'Root', arn: 'arn:aws:iam::111111111111:root' },
      { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com', userName: 'hidden' },
      { userName: 'typeless' },
      undefined,
    ],
    1,
  );
  const record: Record<string, unknown> = {
    eventVersion: '1.08',
    userIdentity: identity,
    eventTime: new Date(Date.UTC(2026, 10, 1) + (hash(at, 2) % (20 * 86_400)) * 1000)
      .toISOString()
      .replace('.000', ''),
    eventSource: pick(
      ['iam.amazonaws.com', 's3.amazonaws.com', 'sts.amazonaws.com', 'signin.amazonaws.com', 'my-app'],
      3,
    ),
    eventName: name,
    awsRegion: pick(['us-east-1', 'eu-west-1', 'eu-central-1'], 4),
    sourceIPAddress: pick(
      [
        '10.1.2.3',
        '010.1.2.3',
        '192.0.2.7',
        '2001:db8::5',
        'AWS Internal',
        's3.amazonaws.com',
        '1.2.3.4, 5.6.7.8',
      ],
      5,
    ),
    userAgent: pick(['aws-cli/2.1 (linux)', '[S3Console/0.4]', 'Boto3 100% _x_', 'quote " and \\ back'], 6),
    eventID: createHash('md5').update(String(at)).digest('hex'),
    readOnly: pick<unknown>([true, false, 'True', undefined, null], 7),
    recipientAccountId: pick(['111111111111', '222222222222'], 8),
    requestParameters: pick<unknown>(
      [
        null,
        'a text',
        {
          bucketName: 'logs',
          size: 12,
          ratio: 0.5,
          on: true,
          list: [1, 'two', null, { deep: 'x' }],
          'dotted.name': 'd',
        },
        {
          bucketName: 'Träume',
          size: '250',
          empty: '',
          none: [],
          nested: [{ k: 'a' }, { k: ['b', 'c'] }, [{ k: 'no' }]],
        },
        { size: -3.25, list: [], '0': 'zero' },
        { items: [{ ARN: 'arn:aws:s3:::one' }, { ARN: 'arn:aws:s3:::two' }] },
      ],
      10,
    ),
    resources: pick<unknown>(
      [undefined, [{ ARN: 'arn:aws:s3:::logs', type: 'AWS::S3::Bucket' }, { type: 'AWS::S3::Object' }], []],
      11,
    ),
  };
  const error = pick<unknown>([undefined, undefined, undefined, 'AccessDenied', '', 'NoSuchBucket'], 12);
  if (error !== undefined) record.errorCode = error;
  if (hash(at, 13) % 20 === 0)
    record.insightDetails = { eventName: 'RunInstances', eventSource: 'ec2.amazonaws.com' };
  return record;
}

function hash(at: number, salt: number): number {
  return createHash('md5').update(`${at}/${salt}`).digest().readUInt32LE(0);
}
