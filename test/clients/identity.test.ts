import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Aws, Json } from './aws.ts';
import { makeTrailBucket } from './bucket.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

describe('people, roles and accounts', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ flags: ['--accounts', '123456789012,222222222222'] });
    await makeTrailBucket(server.aws, 'identity-logs');
    await server.aws.json(
      ...'cloudtrail create-trail --name my-trail --s3-bucket-name identity-logs'.split(' '),
    );
  });

  afterAll(async () => {
    await server?.dispose();
  });

  /** A user made with IAM's own calls, and the CLI as that user. */
  async function makeUser(name: string, policy: unknown): Promise<Aws> {
    await server.aws.json('iam', 'create-user', '--user-name', name);
    const args = ['--user-name', name, '--policy-name', 'p', '--policy-document', JSON.stringify(policy)];
    await server.aws.json('iam', 'put-user-policy', ...args);
    const { AccessKey } = await server.aws.json('iam', 'create-access-key', '--user-name', name);
    return as(AccessKey as Json);
  }

  function as(key: Json): Aws {
    return server.aws.with({
      AWS_ACCESS_KEY_ID: String(key.AccessKeyId),
      AWS_SECRET_ACCESS_KEY: String(key.SecretAccessKey),
      ...(key.SessionToken !== undefined && { AWS_SESSION_TOKEN: String(key.SessionToken) }),
    });
  }

  describe('a user who may only GetTrailStatus and LookupEvents', () => {
    let monitor: Aws;

    beforeAll(async () => {
      monitor = await makeUser('monitor', {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['cloudtrail:GetTrailStatus', 'cloudtrail:LookupEvents'],
            Resource: '*',
          },
        ],
      });
    });

    test('can do these two', async () => {
      const status = await monitor.json(...'cloudtrail get-trail-status --name my-trail'.split(' '));
      expect(status).toMatchObject({ IsLogging: false });
      const found = await monitor.json(
        ...'cloudtrail lookup-events --max-results 1 --no-paginate'.split(' '),
      );
      expect(found.Events).toHaveLength(1);
    });

    test.each([
      ['describe-trails', 'DescribeTrails'],
      ['stop-logging --name my-trail', 'StopLogging'],
      ['delete-trail --name my-trail', 'DeleteTrail'],
      ['get-trail --name my-trail', 'GetTrail'],
    ])('is refused %s in the words of AWS', async (line, operation) => {
      const words = await monitor.refusal('cloudtrail', ...line.split(' '));
      expect(words).toContain(
        `An error occurred (AccessDeniedException) when calling the ${operation} operation: `,
      );
      expect(words).toContain(
        `User: arn:aws:iam::123456789012:user/monitor is not authorized to perform: cloudtrail:${operation}`,
      );
      expect(words).toContain(`because no identity-based policy allows the cloudtrail:${operation} action`);
    });

    test('is refused other services, too', async () => {
      expect(await monitor.refusal('s3', 'ls', 's3://identity-logs')).toContain('(AccessDenied)');
      expect(await monitor.refusal('iam', 'list-users')).toContain('(AccessDenied)');
      expect(await monitor.refusal('sns', 'list-topics')).toMatch(/\((AuthorizationError|AccessDenied)\)/);
    });

    test('leaves the refused call in the history', async () => {
      const event = await until('the refused call is found', 120_000, async () => {
        const args =
          'cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=DeleteTrail';
        return ((await server.aws.json(...args.split(' '))).Events as Json[])[0];
      });
      expect(JSON.parse(String(event.CloudTrailEvent))).toMatchObject({
        errorCode: 'AccessDenied',
        errorMessage: expect.stringContaining('is not authorized to perform: cloudtrail:DeleteTrail'),
        userIdentity: { type: 'IAMUser', userName: 'monitor', arn: 'arn:aws:iam::123456789012:user/monitor' },
      });
    });
  });

  test('the preset monitoring is such a user', async () => {
    const out = await server.opentrail('users', 'create', 'mona', '--preset', 'monitoring');
    const keyId = /AKIA\w+/.exec(out)?.[0];
    expect(keyId, out).toBeDefined();
    const users = await server.aws.json('iam', 'list-users');
    expect((users.Users as Json[]).map((user) => user.UserName)).toContain('mona');
  });

  test('wrong secrets and unknown keys are refused', async () => {
    const wrong = server.aws.with({ AWS_SECRET_ACCESS_KEY: 'wrong'.repeat(8) });
    expect(await wrong.refusal('cloudtrail', 'list-trails')).toContain('(InvalidSignatureException)');
    const unknown = server.aws.with({ AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' });
    expect(await unknown.refusal('cloudtrail', 'list-trails')).toContain('(UnrecognizedClientException)');
    expect(await unknown.refusal('s3', 'ls')).toContain('(InvalidAccessKeyId)');
    expect(await unknown.refusal('iam', 'list-users')).toContain('(InvalidClientTokenId)');
  });

  test('an assumed role carries its role and session name into userIdentity', async () => {
    const trust = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'sts:AssumeRole' },
      ],
    };
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'cloudtrail:*', Resource: '*' }],
    };
    const role = ['--role-name', 'reader'];
    await server.aws.json(
      'iam',
      'create-role',
      ...role,
      '--assume-role-policy-document',
      JSON.stringify(trust),
    );
    const put = ['--policy-name', 'p', '--policy-document', JSON.stringify(policy)];
    await server.aws.json('iam', 'put-role-policy', ...role, ...put);
    // Root may not assume roles, as on AWS: a user does.
    const user = await makeUser('walker', {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }],
    });
    const arn = 'arn:aws:iam::123456789012:role/reader';
    const args = ['--role-arn', arn, '--role-session-name', 'night-shift'];
    const { Credentials } = await user.json('sts', 'assume-role', ...args);
    const session = as(Credentials as Json);

    expect(await session.json('sts', 'get-caller-identity')).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:sts::123456789012:assumed-role/reader/night-shift',
    });
    await session.json(...'cloudtrail describe-trails'.split(' '));
    expect(await session.refusal('iam', 'list-users')).toContain(
      'User: arn:aws:sts::123456789012:assumed-role/reader/night-shift is not authorized to perform: iam:ListUsers',
    );
    const event = await until('the call of the session is found', 120_000, async () => {
      const attribute = 'AttributeKey=Username,AttributeValue=night-shift';
      const found = await server.aws.json('cloudtrail', 'lookup-events', '--lookup-attributes', attribute);
      return (found.Events as Json[]).find(({ EventName }) => EventName === 'DescribeTrails');
    });
    expect(JSON.parse(String(event.CloudTrailEvent)).userIdentity).toMatchObject({
      type: 'AssumedRole',
      arn: 'arn:aws:sts::123456789012:assumed-role/reader/night-shift',
      accountId: '123456789012',
      principalId: expect.stringMatching(/^AROA\w+:night-shift$/),
      sessionContext: { sessionIssuer: { type: 'Role', arn, userName: 'reader', accountId: '123456789012' } },
    });
  });

  test('two accounts see only their own trails, buckets and events', async () => {
    const out = await server.opentrail(
      'users',
      'create',
      'boss',
      '--preset',
      'admin',
      '--account',
      '222222222222',
    );
    const keyOf = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(out)?.[1];
    const key = { AccessKeyId: keyOf('AWS_ACCESS_KEY_ID'), SecretAccessKey: keyOf('AWS_SECRET_ACCESS_KEY') };
    const other = as(key);
    expect(await other.json('sts', 'get-caller-identity')).toMatchObject({ Account: '222222222222' });

    expect(await other.json('cloudtrail', 'list-trails')).toMatchObject({ Trails: [] });
    expect(await other.text('s3', 'ls')).not.toContain('identity-logs');
    const status = ['--name', 'arn:aws:cloudtrail:us-east-1:123456789012:trail/my-trail'];
    expect(await other.refusal('cloudtrail', 'get-trail-status', ...status)).toMatch(/Exception\)/);

    await other.json('iam', 'create-user', '--user-name', 'theirs');
    const found = await until('the other account finds its call', 120_000, async () => {
      const attribute = 'AttributeKey=EventName,AttributeValue=CreateUser';
      const answer = await other.json('cloudtrail', 'lookup-events', '--lookup-attributes', attribute);
      return (answer.Events as Json[]).length > 0 && (answer.Events as Json[]);
    });
    const owners = found.map((event) => JSON.parse(String(event.CloudTrailEvent)).recipientAccountId);
    expect(new Set(owners)).toEqual(new Set(['222222222222']));
    const mine = await server.aws.json('cloudtrail', 'lookup-events');
    expect(JSON.stringify(mine)).not.toContain('"theirs');
  });
});
