import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTrail } from '../fault/house-keeping.ts';
import type { Aws, Json } from './aws.ts';
import { commandsOf, transcript, typeCommands } from './pages.ts';
import { TestServer } from './server.ts';

const HELD = 'Access Denied because object protected by object lock.';

describe('object lock, with the AWS CLI as root', () => {
  let server: TestServer;
  let aws: Aws;
  const s3api = (command: string, ...more: string[]) => aws.json('s3api', ...command.split(' '), ...more);
  const refused = (command: string, ...more: string[]) =>
    aws.refusal('s3api', ...command.split(' '), ...more);
  const inDays = (days: number) => `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19)}Z`;
  const put = (key: string, ...more: string[]) =>
    s3api(`put-object --bucket held --key ${key} --body body`, ...more);

  beforeAll(async () => {
    server = await TestServer.start({ flags: ['--delivery-interval', '300ms'] });
    aws = server.aws;
    writeFileSync(join(server.folder, 'body'), 'evidence\n');
    await s3api('create-bucket --bucket held --object-lock-enabled-for-bucket');
    await s3api('create-bucket --bucket plain');
  });

  afterAll(async () => {
    await server?.dispose();
  });

  test('a bucket made with it says so, and takes a default', async () => {
    expect(await s3api('get-object-lock-configuration --bucket held')).toEqual({
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' },
    });
    const configuration = {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } },
    };
    await s3api(
      'put-object-lock-configuration --bucket held --object-lock-configuration',
      JSON.stringify(configuration),
    );
    expect(await s3api('get-object-lock-configuration --bucket held')).toEqual({
      ObjectLockConfiguration: configuration,
    });
    await put('by-default');
    const head = await s3api('head-object --bucket held --key by-default');
    expect(head.ObjectLockMode).toBe('GOVERNANCE');
    const left = Date.parse(String(head.ObjectLockRetainUntilDate)) - Date.now();
    expect(left).toBeGreaterThan(86_000_000);
    expect(left).toBeLessThanOrEqual(86_400_000);
    await s3api(
      'put-object-lock-configuration --bucket held --object-lock-configuration ObjectLockEnabled=Enabled',
    );
    await put('without');
    expect(await s3api('head-object --bucket held --key without')).not.toHaveProperty('ObjectLockMode');
  });

  test('governance: refused, then deleted by who says that he bypasses it', async () => {
    const until = inDays(1);
    await put('governed', '--object-lock-mode', 'GOVERNANCE', '--object-lock-retain-until-date', until);
    expect(await refused('delete-object --bucket held --key governed')).toContain(`(AccessDenied)`);
    expect(await refused('delete-object --bucket held --key governed')).toContain(HELD);
    expect(await refused('put-object --bucket held --key governed --body body')).toContain(HELD);
    const earlier = `{"Mode":"GOVERNANCE","RetainUntilDate":"${inDays(0.5)}"}`;
    expect(await refused('put-object-retention --bucket held --key governed --retention', earlier)).toContain(
      HELD,
    );
    await s3api(
      'put-object-retention --bucket held --key governed --bypass-governance-retention --retention',
      earlier,
    );
    await s3api('delete-object --bucket held --key governed --bypass-governance-retention');
    expect(await refused('head-object --bucket held --key governed')).toContain('404');
  });

  test('compliance: not even root shortens or removes it', async () => {
    const until = inDays(2);
    await put('sealed', '--object-lock-mode', 'COMPLIANCE', '--object-lock-retain-until-date', until);
    for (const bypass of [[], ['--bypass-governance-retention']]) {
      expect(await refused('delete-object --bucket held --key sealed', ...bypass)).toContain(HELD);
      for (const retention of [
        '{}',
        `{"Mode":"COMPLIANCE","RetainUntilDate":"${inDays(1)}"}`,
        `{"Mode":"GOVERNANCE","RetainUntilDate":"${inDays(9)}"}`,
      ]) {
        const command = 'put-object-retention --bucket held --key sealed --retention';
        expect(await refused(command, retention, ...bypass), retention).toContain(HELD);
      }
    }
    const longer = `{"Mode":"COMPLIANCE","RetainUntilDate":"${inDays(9)}"}`;
    await s3api('put-object-retention --bucket held --key sealed --retention', longer);
    const { Retention } = await s3api('get-object-retention --bucket held --key sealed');
    expect(Retention).toMatchObject({ Mode: 'COMPLIANCE' });
    expect(await aws.refusal('s3', 'rm', 's3://held/sealed')).toContain(HELD);
    expect(await refused('delete-bucket --bucket held')).toContain('BucketNotEmpty');
    expect(await aws.text('s3', 'cp', 's3://held/sealed', '-')).toBe('evidence\n');
  });

  test('a legal hold holds until it is taken away; delete-objects says which key is held', async () => {
    await put('hold', '--object-lock-legal-hold-status', 'ON');
    await put('free');
    expect(await s3api('get-object-legal-hold --bucket held --key hold')).toEqual({
      LegalHold: { Status: 'ON' },
    });
    const deleted = (await s3api(
      'delete-objects --bucket held --bypass-governance-retention --delete',
      '{"Objects":[{"Key":"hold"},{"Key":"free"}]}',
    )) as { Deleted: Json[]; Errors: Json[] };
    expect(deleted.Deleted).toEqual([{ Key: 'free' }]);
    expect(deleted.Errors).toEqual([{ Key: 'hold', Code: 'AccessDenied', Message: HELD }]);
    await s3api('put-object-legal-hold --bucket held --key hold --legal-hold Status=OFF');
    await s3api('delete-object --bucket held --key hold');
  });

  test('who may delete may not bypass without that permission', async () => {
    await s3api(
      'put-object --bucket held --key guarded --body body --object-lock-mode GOVERNANCE',
      '--object-lock-retain-until-date',
      inDays(1),
    );
    const key = await server.aws.json('iam', 'create-user', '--user-name', 'clerk');
    expect(key.User).toBeDefined();
    const policy = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 's3:*', Resource: '*' },
        { Effect: 'Deny', Action: ['s3:BypassGovernanceRetention', 's3:GetObjectRetention'], Resource: '*' },
      ],
    };
    const named = ['--user-name', 'clerk'];
    const document = ['--policy-name', 'p', '--policy-document', JSON.stringify(policy)];
    await aws.json('iam', 'put-user-policy', ...named, ...document);
    const { AccessKey } = (await aws.json('iam', 'create-access-key', ...named)) as { AccessKey: Json };
    const clerk = aws.with({
      AWS_ACCESS_KEY_ID: String(AccessKey.AccessKeyId),
      AWS_SECRET_ACCESS_KEY: String(AccessKey.SecretAccessKey),
    });
    const object = ['--bucket', 'held', '--key', 'guarded'];
    const bypassed = await clerk.refusal(
      's3api',
      'delete-object',
      ...object,
      '--bypass-governance-retention',
    );
    expect(bypassed).toContain('s3:BypassGovernanceRetention');
    // What holds it is told only to who may ask for it.
    expect(await clerk.json('s3api', 'head-object', ...object)).not.toHaveProperty('ObjectLockMode');
  });

  test.each([
    ['get-object-retention --bucket held --key without', 'NoSuchObjectLockConfiguration'],
    ['get-object-legal-hold --bucket held --key without', 'NoSuchObjectLockConfiguration'],
    ['get-object-lock-configuration --bucket plain', 'ObjectLockConfigurationNotFoundError'],
    [
      'put-object --bucket plain --key x --body body --object-lock-legal-hold-status ON',
      'Bucket is missing Object Lock Configuration',
    ],
    ['put-object --bucket held --key x --body body --object-lock-mode COMPLIANCE', 'must both be supplied'],
    [
      'put-object --bucket held --key x --body body --object-lock-mode COMPLIANCE --object-lock-retain-until-date 2020-01-01T00:00:00Z',
      'must be in the future',
    ],
    [
      'put-object-lock-configuration --bucket held --object-lock-configuration ObjectLockEnabled=Enabled,Rule={DefaultRetention={Mode=COMPLIANCE,Days=0}}',
      'must be a positive integer value',
    ],
    [
      'put-object-lock-configuration --bucket held --object-lock-configuration ObjectLockEnabled=Enabled,Rule={DefaultRetention={Mode=COMPLIANCE,Days=1,Years=1}}',
      'MalformedXML',
    ],
  ])('%s is refused', async (command, words) => {
    expect(await refused(command)).toContain(words);
  });

  test('log files are delivered into a bucket that holds, and stay', async () => {
    await makeTrail(server, 'held-logs');
    const rule = { DefaultRetention: { Mode: 'COMPLIANCE', Years: 1 } };
    await s3api(
      'put-object-lock-configuration --bucket held-logs --object-lock-configuration',
      JSON.stringify({ ObjectLockEnabled: 'Enabled', Rule: rule }),
    );
    await aws.text('cloudtrail', 'describe-trails');
    await server.opentrail('flush');
    const { Contents } = (await s3api('list-objects-v2 --bucket held-logs --prefix AWSLogs/')) as {
      Contents: { Key: string; Size: number }[];
    };
    const newest = Contents.filter(({ Size }) => Size > 0).at(-1)!.Key;
    expect(await s3api('head-object --bucket held-logs --key', newest)).toMatchObject({
      ObjectLockMode: 'COMPLIANCE',
    });
    expect(await refused('delete-object --bucket held-logs --key', newest)).toContain(HELD);
    await s3api('get-object --bucket held-logs --key', newest, 'log.gz');
    expect(readFileSync(join(server.folder, 'log.gz')).length).toBeGreaterThan(0);
  });

  test('the guide, typed as it stands there', async () => {
    const commands = commandsOf('docs/guides/object-lock.md', 'run');
    const session = await typeCommands(`eval "$(npx opentrail env)"\n${commands}`, server);
    expect(session.status, transcript(session, server)).toBe(0);
    expect(session.stdout).toContain('"ObjectLockLegalHoldStatus": "ON"');
  });
});
