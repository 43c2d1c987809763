import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CreateTrailCommand, StartLoggingCommand, StopLoggingCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliOutcome, runHere } from '../../src/cli/run.fixture.ts';
import { ACCOUNT, bucketPolicy, clientOf, cloudTrailOf, makeTrail, s3Of } from '../fault/house-keeping.ts';
import { commandsOf, transcript, typeCommands } from './pages.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

let server: TestServer;
/** The account that is read. */
let other: TestServer;

beforeAll(async () => {
  [server, other] = await Promise.all([TestServer.start(), TestServer.start()]);
  await makePrefixedTrail();
  await makeTrail(other, 'idle-logs', 'idle');
  await cloudTrailOf(other).send(new StopLoggingCommand({ Name: 'idle' }));
}, 120_000);

afterAll(async () => {
  await Promise.all([server?.dispose(), other?.dispose()]);
});

/** A trail with a key prefix and digests, and another one into the same place. */
async function makePrefixedTrail(): Promise<void> {
  const s3 = s3Of(other);
  const trails = cloudTrailOf(other);
  await s3.send(new CreateBucketCommand({ Bucket: 'org-logs' }));
  const Policy = bucketPolicy('org-logs').replace('/AWSLogs/*', '/audit/AWSLogs/*');
  await s3.send(new PutBucketPolicyCommand({ Bucket: 'org-logs', Policy }));
  for (const Name of ['main', 'second']) {
    const place = { S3BucketName: 'org-logs', S3KeyPrefix: 'audit' };
    await trails.send(
      new CreateTrailCommand({ Name, ...place, IsMultiRegionTrail: true, EnableLogFileValidation: true }),
    );
    await trails.send(new StartLoggingCommand({ Name }));
  }
  s3.destroy();
  trails.destroy();
}

/** `opentrail sources …` in this process, as root of the server and with the other's keys. */
async function sources(...argv: string[]): Promise<CliOutcome> {
  return runHere(['sources', ...argv], {
    env: {
      OPENTRAIL_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: server.env.AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY: server.env.AWS_SECRET_ACCESS_KEY,
      OPENTRAIL_SOURCE_SECRET_KEY: other.env.AWS_SECRET_ACCESS_KEY,
    },
  });
}

const place = (bucket: string) => [
  ...['--bucket', bucket, '--region', 'us-east-1', '--s3-endpoint', other.url],
  ...['--access-key', other.env.AWS_ACCESS_KEY_ID!],
];

describe('opentrail sources', () => {
  test('adds, shows, changes and removes a source', async () => {
    expect(await sources('add', 'one', ...place('idle-logs'))).toMatchObject({
      code: 0,
      out: 'log source one created\n',
    });
    const listed = await sources('list');
    expect(listed.out).toMatch(/one +idle-logs +us-east-1 +http.*active +api/);
    const shown = await sources('show', 'one');
    expect(shown.out).not.toContain(other.env.AWS_SECRET_ACCESS_KEY);
    expect(JSON.parse(shown.out)).toMatchObject({ name: 'one', config: { Source: { interval: 5 } } });
    expect((await sources('edit', 'one', '--interval', '15', '--new-name', 'two')).out).toBe(
      'log source two edited\n',
    );
    expect(JSON.parse((await sources('show', 'two')).out)).toMatchObject({
      config: { Source: { interval: 15 } },
    });
    expect((await sources('test', 'two')).out).toContain('can be read');
    expect((await sources('pause', 'two')).out).toBe('two is paused\n');
    expect((await sources('status')).out).toMatch(/two +paused/);
    expect((await sources('run', 'two')).err).toContain('two is paused: resume it first');
    expect((await sources('back-fill', 'two', '--from', '2024-01-01')).out).toContain('when it is resumed');
    expect((await sources('resume', 'two')).out).toBe('two is active\n');
    expect((await sources('rotate-key')).out).toContain('a new key seals the secrets of 1');
    expect((await sources('test', 'two')).out).toContain('can be read');
    expect((await sources('remove', 'two')).out).toBe('removed two\n');
    expect((await sources('show', 'two')).err).toContain('there is no log source two');
  });

  test('names all that is wrong, and what the bucket says', async () => {
    const wrong = await sources(
      'add',
      'x',
      ...place('Not/a/bucket'),
      '--timezone',
      'Mars',
      '--interval',
      'often',
    );
    expect(wrong.code).toBe(1);
    for (const field of ['Connector.bucket_name', 'Source.timezone', 'Source.interval'])
      expect(wrong.err).toContain(field);
    expect((await sources('add', 'x', ...place('no-such-bucket'))).err).toContain('NoSuchBucket');
    expect((await sources('list')).out).not.toMatch(/^x /m);
  });

  test('takes the form of the API from a file', async () => {
    const file = join(server.folder, 'form.json');
    const config = { Source: { name: 'f', interval: 7, charset: 'utf_8', timezone: 'Europe/Paris' } };
    writeFileSync(file, JSON.stringify({ data: { description: 'from a file', config } }));
    expect(await sources('add', 'filed', '--json', file, ...place('idle-logs'))).toMatchObject({ code: 0 });
    const shown = JSON.parse((await sources('show', 'filed')).out);
    expect(shown).toMatchObject({
      description: 'from a file',
      config: { Source: { timezone: 'Europe/Paris' } },
    });
    await sources('remove', 'filed');
  });
});

describe('opentrail sources back-fill', () => {
  test('collects old days and shows how far it is, up to the end', async () => {
    const s3 = s3Of(other);
    const records = ['a', 'b'].map((id) => ({
      eventVersion: '1.11',
      eventID: `old-${id}`,
      eventTime: '2024-03-05T12:00:00Z',
      eventSource: 'ec2.amazonaws.com',
      eventName: 'OldEvent',
      awsRegion: 'us-east-1',
      recipientAccountId: ACCOUNT,
    }));
    const Key = `AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/2024/03/05/${ACCOUNT}_CloudTrail_us-east-1_20240305T1200Z_abcdefghijklmnop.json.gz`;
    const Body = gzipSync(JSON.stringify({ Records: records }));
    await s3.send(new CreateBucketCommand({ Bucket: 'old-logs' }));
    await s3.send(new PutObjectCommand({ Bucket: 'old-logs', Key, Body }));
    s3.destroy();
    await sources('add', 'old', ...place('old-logs'), '--from', '-1d');
    expect(await sources('run', 'old')).toMatchObject({ code: 0 });
    const filled = await sources('back-fill', 'old', '--from', '2024-03-01', '--to', '2024-04-01');
    expect(filled).toMatchObject({ code: 0 });
    expect(filled.out).toContain('2024-03-01T00:00:00.000Z to 2024-04-01T00:00:00.000Z');
    expect(filled.err).toContain('1 of 1 files (100 %), 2 records, done');
    const wrong = await sources('back-fill', 'old', '--from', '2024-04-01', '--to', 'soon');
    expect(wrong.err).toContain('to must be a date');
    expect((await sources('status', 'old')).out).toMatch(/^old +(idle|running)/m);
    await sources('remove', 'old');
  }, 120_000);
});

describe('opentrail sources policy', () => {
  test('prints what is enough to read, and no more', async () => {
    const { out } = await sources('policy', '--bucket', 'org-logs/audit');
    const iam = new IAMClient(clientOf(other));
    await iam.send(new CreateUserCommand({ UserName: 'reader' }));
    await iam.send(new PutUserPolicyCommand({ UserName: 'reader', PolicyName: 'read', PolicyDocument: out }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'reader' }));
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = AccessKey!;
    const file = join(server.folder, 'reader.key');
    writeFileSync(file, `${secretAccessKey}\n`);
    const added = await sources(
      ...['add', 'reader', '--bucket', 'org-logs', '--prefix', 'audit', '--region', 'us-east-1'],
      ...['--s3-endpoint', other.url],
      ...['--access-key', accessKeyId!, '--secret-key-file', file],
    );
    expect(added).toMatchObject({ code: 0 });
    const status = await until('the bucket was walked through', 60_000, async () => {
      const [line] = JSON.parse((await sources('status', 'reader', '--json')).out);
      return line.status?.lastSuccessAt !== undefined && line.status;
    });
    expect(status.lastError).toBeUndefined();
    const s3 = new S3Client({
      endpoint: other.url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: accessKeyId!, secretAccessKey: secretAccessKey! },
    });
    const put = s3.send(new PutObjectCommand({ Bucket: 'org-logs', Key: 'audit/AWSLogs/x', Body: 'x' }));
    await expect(put).rejects.toMatchObject({ name: 'AccessDenied' });
    const list = s3.send(new ListObjectsV2Command({ Bucket: 'org-logs', Prefix: 'other/' }));
    await expect(list).rejects.toMatchObject({ name: 'AccessDenied' });
    s3.destroy();
    const discovered = await sources(
      ...[
        'discover',
        '--json',
        '--aws-endpoint',
        other.url,
        '--access-key',
        accessKeyId!,
        '--secret-key-file',
        file,
      ],
    );
    expect(JSON.parse(discovered.out).skipped).toMatchObject([{ name: 'idle' }]);
    expect((await sources('policy', 'reader')).out).toBe(out);

    // With a queue it takes more, and what is printed then is enough again.
    const sqs = new SQSClient(clientOf(other));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'news' }));
    await sources('edit', 'reader', '--queue', QueueUrl!);
    expect((await sources('test', 'reader')).out).toMatch(
      /; the queue may not be looked at \(.*AccessDenied/,
    );
    const PolicyDocument = (await sources('policy', 'reader')).out;
    expect(PolicyDocument).toContain(`"arn:aws:sqs:us-east-1:${ACCOUNT}:news"`);
    await iam.send(new PutUserPolicyCommand({ UserName: 'reader', PolicyName: 'read', PolicyDocument }));
    expect((await sources('test', 'reader')).out).toContain('; the queue answers, 0 messages wait');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'CloudTrail validation message.' }));
    await until('the message was read and deleted', 60_000, async () => {
      const [line] = JSON.parse((await sources('status', 'reader', '--json')).out);
      return line.status?.notices?.messages === 1;
    });
    sqs.destroy();
    iam.destroy();
    await sources('remove', 'reader');
  });

  test('prints both sides of a role, and they are enough', async () => {
    const iam = new IAMClient(clientOf(other));
    await iam.send(new CreateUserCommand({ UserName: 'caller' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'caller' }));
    const file = join(server.folder, 'caller.key');
    writeFileSync(file, AccessKey!.SecretAccessKey!);
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/audit`;
    const added = await sources(
      ...['add', 'roled', '--bucket', 'org-logs', '--prefix', 'audit', '--region', 'us-east-1', '--no-check'],
      ...[
        '--s3-endpoint',
        other.url,
        '--sts-endpoint',
        other.url,
        '--role-arn',
        roleArn,
        '--external-id',
        'x-1',
      ],
      ...['--access-key', AccessKey!.AccessKeyId!, '--secret-key-file', file],
    );
    expect(added).toMatchObject({ code: 0 });
    const principal = `arn:aws:iam::${ACCOUNT}:user/caller`;
    const trust = await sources('policy', 'roled', '--part', 'trust', '--principal', principal);
    await iam.send(new CreateRoleCommand({ RoleName: 'audit', AssumeRolePolicyDocument: trust.out }));
    const read = await sources('policy', 'roled');
    expect(read.err).toContain(`roled is read by the role ${roleArn}`);
    const PolicyName = 'opentrail';
    await iam.send(new PutRolePolicyCommand({ RoleName: 'audit', PolicyName, PolicyDocument: read.out }));
    const caller = await sources('policy', 'roled', '--part', 'caller');
    await iam.send(new PutUserPolicyCommand({ UserName: 'caller', PolicyName, PolicyDocument: caller.out }));
    iam.destroy();
    expect((await sources('test', 'roled')).out).toContain('can be read');
    const edited = await sources(
      ...['edit', 'roled', '--no-check', '--access-key', AccessKey!.AccessKeyId!, '--secret-key-file', file],
      ...['--sts-endpoint', other.url, '--role-arn', roleArn, '--external-id', 'wrong'],
    );
    expect(edited).toMatchObject({ code: 0 });
    expect((await sources('test', 'roled')).err).toContain('AccessDenied');
    await sources('remove', 'roled');
    expect((await sources('policy', '--part', 'caller')).err).toContain('none of these sources');
  });
});

describe('opentrail sources discover', () => {
  const account = () => ['--aws-endpoint', other.url, '--access-key', other.env.AWS_ACCESS_KEY_ID!];

  test('shows the places of active trails, skips idle ones and says so, and says what it cannot know', async () => {
    const { code, out, err } = await sources('discover', ...account());
    expect(code).toBe(0);
    expect(out).toMatch(/org-logs\/audit +us-east-1 +main +multi-Region, digests/);
    expect(out).not.toContain('idle-logs');
    expect(err).toMatch(/skipped trail idle \(bucket idle-logs\): it is idle: logging is off since 20/);
    expect(err).toContain('whether the account is in an organization is not known');
  });

  test('adds a source of each place, once', async () => {
    const added = await sources('discover', '--add', ...account());
    expect(added).toMatchObject({ code: 0 });
    expect(added.out).toContain('log source main created');
    const { config } = JSON.parse((await sources('show', 'main')).out);
    expect(config.Connector).toMatchObject({
      bucket_name: 'org-logs',
      prefix: 'audit',
      region_name: 'us-east-1',
    });
    expect((await sources('discover', '--add', ...account())).err).toContain(
      'org-logs is the source main already',
    );
    await sources('remove', 'main');
  });

  test('says why an account cannot be asked', async () => {
    const { code, err } = await sources('discover', '--aws-endpoint', other.url, '--access-key', 'AKIAWRONG');
    expect(code).toBe(1);
    expect(err).toContain('the trails of the account cannot be listed');
  });
});

describe('the guide of log sources, typed as it stands there', () => {
  test('every command succeeds', async () => {
    const session = await typeCommands(commandsOf('docs/guides/sources.md', 'run'), server);
    expect(session.status, transcript(session, server)).toBe(0);
    expect(session.stdout).toContain('s3:GetBucketLocation');
  }, 120_000);
});
