import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTrailBucket } from './bucket.ts';
import { commandsOf, transcript, typeCommands } from './pages.ts';
import { run } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const ACCOUNT = '123456789012';
const GROUP = 'CloudTrail/logs';
const GROUP_ARN = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${GROUP}:*`;
const STREAM = `${ACCOUNT}_CloudTrail_us-east-1`;
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/CloudTrail_CloudWatchLogs`;

const trustOf = (service: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });
/** As CloudTrail's user guide gives it. */
const ROLE_POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({
    Effect: 'Allow',
    Action: [action],
    Resource: [`arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${GROUP}:log-stream:${STREAM}*`],
  })),
});

interface Found {
  readonly events: readonly {
    readonly message: string;
    readonly eventId: string;
    readonly logStreamName: string;
  }[];
}

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(async () => {
  await server?.dispose();
});

/** All records of the group, parsed. */
async function records(
  pattern = '',
): Promise<
  readonly { eventName: string; eventID: string; requestParameters: Record<string, unknown> | null }[]
> {
  const found = (await server.aws.json(
    'logs',
    'filter-log-events',
    '--log-group-name',
    GROUP,
    '--filter-pattern',
    pattern,
  )) as unknown as Found;
  return found.events.map(({ message }) => JSON.parse(message));
}

const users = async () =>
  (await records('{ $.eventName = CreateUser }')).map(({ requestParameters }) => requestParameters?.userName);

async function settingGroup(...more: readonly string[]): Promise<string> {
  return await server.aws.refusal(
    'cloudtrail',
    'update-trail',
    '--name',
    'main',
    '--cloud-watch-logs-log-group-arn',
    GROUP_ARN,
    '--cloud-watch-logs-role-arn',
    ROLE_ARN,
    ...more,
  );
}

describe('a trail with a log group, set up by the AWS CLI', () => {
  test('is refused until group, role, trust and permissions are there, in words that Terraform waits on', async () => {
    const { aws } = server;
    await makeTrailBucket(aws, 'trail-logs');
    await aws.text(
      'cloudtrail',
      'create-trail',
      '--name',
      'main',
      '--s3-bucket-name',
      'trail-logs',
      '--is-multi-region-trail',
    );
    await aws.text('cloudtrail', 'start-logging', '--name', 'main');

    expect(await settingGroup()).toContain(
      '(InvalidCloudWatchLogsRoleArnException) when calling the UpdateTrail operation: Access denied. Check the trust relationships for your role.',
    );
    await aws.text(
      'iam',
      'create-role',
      '--role-name',
      'CloudTrail_CloudWatchLogs',
      '--assume-role-policy-document',
      trustOf('ec2.amazonaws.com'),
    );
    expect(await settingGroup()).toContain('Access denied. Check the trust relationships for your role.');
    await aws.text(
      'iam',
      'update-assume-role-policy',
      '--role-name',
      'CloudTrail_CloudWatchLogs',
      '--policy-document',
      trustOf('cloudtrail.amazonaws.com'),
    );
    expect(await settingGroup()).toContain(
      '(InvalidCloudWatchLogsLogGroupArnException) when calling the UpdateTrail operation: Access denied. Verify in IAM that the role has adequate permissions.',
    );
    await aws.text(
      'iam',
      'put-role-policy',
      '--role-name',
      'CloudTrail_CloudWatchLogs',
      '--policy-name',
      'write',
      '--policy-document',
      ROLE_POLICY,
    );
    expect(await settingGroup()).toContain(
      '(InvalidCloudWatchLogsLogGroupArnException) when calling the UpdateTrail operation: CloudTrail cannot validate the specified log group ARN.',
    );
    const one = await aws.refusal(
      'cloudtrail',
      'update-trail',
      '--name',
      'main',
      '--cloud-watch-logs-log-group-arn',
      GROUP_ARN,
    );
    expect(one).toContain('You must specify a log group and a role ARN.');
    await aws.text('logs', 'create-log-group', '--log-group-name', GROUP);
    await aws.text('iam', 'create-user', '--user-name', 'before');
    const trail = await aws.json(
      'cloudtrail',
      'update-trail',
      '--name',
      'main',
      '--cloud-watch-logs-log-group-arn',
      GROUP_ARN,
      '--cloud-watch-logs-role-arn',
      ROLE_ARN,
    );
    expect(trail).toMatchObject({ CloudWatchLogsLogGroupArn: GROUP_ARN, CloudWatchLogsRoleArn: ROLE_ARN });
    const streams = await aws.json('logs', 'describe-log-streams', '--log-group-name', GROUP);
    expect(streams.logStreams).toMatchObject([{ logStreamName: STREAM }]);
  });

  test('brings calls within seconds, from the moment it was set, one event each', async () => {
    const { aws } = server;
    await aws.text('iam', 'create-user', '--user-name', 'first');
    await until('the call stands in the log group', 120_000, async () => (await users()).includes('first'));
    const all = await records();
    expect(all.map(({ eventName }) => eventName)).toContain('UpdateTrail');
    expect(await users()).toEqual(['first']);
    expect(new Set(all.map(({ eventID }) => eventID)).size).toBe(all.length);
    const status = await aws.json('cloudtrail', 'get-trail-status', '--name', 'main');
    expect(status.LatestCloudWatchLogsDeliveryTime).toBeDefined();
    expect(status.LatestCloudWatchLogsDeliveryError).toBeUndefined();
  });

  test('loses and doubles nothing over kill -9 and restarts', async () => {
    const names = ['first'];
    for (let round = 0; round < 3; round++) {
      const made = await Promise.all(
        Array.from({ length: 4 }, async (_, index) => {
          const name = `round-${round}-${index}`;
          await server.aws.text('iam', 'create-user', '--user-name', name);
          return name;
        }),
      );
      names.push(...made);
      if (round === 1) await server.stop();
      else await server.kill9();
      await server.restart();
    }
    await until(
      'all calls stand in the log group',
      120_000,
      async () => (await users()).length >= names.length,
    );
    expect((await users()).toSorted()).toEqual(names.toSorted());
    const all = await records();
    expect(new Set(all.map(({ eventID }) => eventID)).size).toBe(all.length);
  });

  test('says why nothing is delivered, and goes on where it stopped', async () => {
    const { aws } = server;
    await aws.text(
      'iam',
      'delete-role-policy',
      '--role-name',
      'CloudTrail_CloudWatchLogs',
      '--policy-name',
      'write',
    );
    await aws.text('iam', 'create-user', '--user-name', 'waiting');
    await until('the failure shows', 120_000, async () => {
      const status = await aws.json('cloudtrail', 'get-trail-status', '--name', 'main');
      return status.LatestCloudWatchLogsDeliveryError === 'AccessDenied';
    });
    expect(await users()).not.toContain('waiting');
    await aws.text(
      'iam',
      'put-role-policy',
      '--role-name',
      'CloudTrail_CloudWatchLogs',
      '--policy-name',
      'write',
      '--policy-document',
      ROLE_POLICY,
    );
    await server.opentrail('flush');
    expect((await users()).filter((name) => name === 'waiting')).toHaveLength(1);
    const status = await aws.json('cloudtrail', 'get-trail-status', '--name', 'main');
    expect(status.LatestCloudWatchLogsDeliveryError).toBeUndefined();
  });

  test('delivers what was logged before it stopped, and no more once the log group is taken away', async () => {
    const { aws } = server;
    await aws.text('iam', 'create-user', '--user-name', 'before-stop');
    await aws.text('cloudtrail', 'stop-logging', '--name', 'main');
    await server.opentrail('flush');
    await aws.text('iam', 'create-user', '--user-name', 'after-stop');
    await aws.text('cloudtrail', 'start-logging', '--name', 'main');
    await aws.text(
      'cloudtrail',
      'update-trail',
      '--name',
      'main',
      '--cloud-watch-logs-log-group-arn',
      '',
      '--cloud-watch-logs-role-arn',
      '',
    );
    await aws.text('iam', 'create-user', '--user-name', 'without');
    await server.opentrail('flush');
    const found = await users();
    expect(found).toContain('before-stop');
    expect(found).not.toContain('after-stop');
    expect(found).not.toContain('without');
    await aws.text(
      'cloudtrail',
      'update-trail',
      '--name',
      'main',
      '--cloud-watch-logs-log-group-arn',
      GROUP_ARN,
      '--cloud-watch-logs-role-arn',
      ROLE_ARN,
    );
    await aws.text('iam', 'create-user', '--user-name', 'again');
    await until('the call stands in the log group', 120_000, async () => (await users()).includes('again'));
    expect(await users()).not.toContain('without');
  });

  test('can be followed as `aws logs tail --follow` of version 2 does', async () => {
    // Debian's CLI is version 1, which has no tail: the same calls through botocore.
    const script = `
import boto3, json, time
logs = boto3.client('logs')
iam = boto3.client('iam')
start, seen, names = int((time.time() - 1) * 1000), set(), []
iam.create_user(UserName='followed-1')
deadline = time.time() + 90
while len(names) < 2 and time.time() < deadline:
    args = {'logGroupName': '${GROUP}', 'startTime': start, 'interleaved': True}
    while True:
        page = logs.filter_log_events(**args)
        for event in page['events']:
            if event['eventId'] in seen: continue
            seen.add(event['eventId'])
            start = max(start, event['timestamp'])
            record = json.loads(event['message'])
            name = (record.get('requestParameters') or {}).get('userName', '')
            if record['eventName'] == 'CreateUser' and name.startswith('followed-'):
                names.append(name)
                if len(names) == 1: iam.create_user(UserName='followed-2')
        if 'nextToken' not in page: break
        args['nextToken'] = page['nextToken']
    time.sleep(0.1)
print(json.dumps(names))
`;
    const outcome = await run('python3', ['-c', script], { env: server.env, milliseconds: 120_000 });
    expect(outcome, outcome.stderr).toMatchObject({ status: 0 });
    expect(JSON.parse(outcome.stdout)).toEqual(['followed-1', 'followed-2']);
  });

  test('that is deleted delivers its last calls', async () => {
    const { aws } = server;
    await aws.text('iam', 'create-user', '--user-name', 'last');
    await aws.text('cloudtrail', 'delete-trail', '--name', 'main');
    expect(await users()).toContain('last');
  });

  test('stands in a backup with its log group', async () => {
    const names = await users();
    await server.opentrail('backup', `${server.folder}/backup`);
    await server.opentrail('restore', `${server.folder}/backup`, '--data-dir', `${server.folder}/restored`);
    await server.restart({ dataDir: `${server.folder}/restored` });
    expect(await users()).toEqual(names);
  });
});

test('the guide of CloudWatch Logs works as it stands there', async () => {
  const own = await TestServer.start();
  try {
    const commands = commandsOf('docs/guides/cloudwatch-logs.md', 'run');
    const session = await typeCommands(`eval "$(npx opentrail env)"\n${commands}`, own);
    expect(session.status, transcript(session, own)).toBe(0);
    // The user that was made stands in the search's answer; the pattern finds one message of two.
    expect(session.stdout).toMatch(/\\"userName\\":\\"alice\\"/);
    expect(session.stdout).toContain('"LatestCloudWatchLogsDeliveryTime"');
    expect(session.stdout).toMatch(/"eventNumber": 1,/);
    expect(session.stdout).not.toMatch(/"eventNumber": 2,/);
  } finally {
    await own.dispose();
  }
});
