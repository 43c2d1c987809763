import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SearchLine } from '../../src/cli/admin-api.ts';
import { runHere } from '../../src/cli/run.fixture.ts';
import { ACCOUNT, apiOf, clientOf, s3Of } from '../fault/house-keeping.ts';
import { run } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const BUCKET = 'noticed-logs';
const QUEUE = 'log-news';
/** Nobody waits for the second walk. */
const DAY_IN_MINUTES = 1_440;
/** One and the same key for a user's file, whenever it is put. */
const BEGAN = new Date().toISOString();
const BASE = '/configapi/opentrail/opentrail';

let server: TestServer;
let queueUrl: string;
let id: string;

interface Status {
  readonly lastSuccessAt?: number;
  readonly files: number;
  readonly records: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly notices?: {
    readonly isListening: boolean;
    readonly messages: number;
    readonly files: number;
    readonly ignored: Readonly<Record<string, number>>;
    readonly failures: number;
    readonly confirmedAt?: number;
    readonly lastError?: string;
  };
}

const sqsOf = () => new SQSClient(clientOf(server));

beforeAll(async () => {
  server = await TestServer.start();
  const QueueArn = `arn:aws:sqs:us-east-1:${ACCOUNT}:${QUEUE}`;
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: QueueArn,
      },
    ],
  });
  const made = await sqsOf().send(new CreateQueueCommand({ QueueName: QUEUE, Attributes: { Policy } }));
  queueUrl = made.QueueUrl!;
  const s3 = s3Of(server);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: BUCKET,
      NotificationConfiguration: { QueueConfigurations: [{ QueueArn, Events: ['s3:ObjectCreated:*'] }] },
    }),
  );
  s3.destroy();
  await order('POST', '/LogSources', form());
  const [source] = await apiOf(server).request<{ id: string }[]>('GET', `${BASE}/LogSources`);
  id = source!.id;
  await until('the first walk is over', 60_000, async () => (await status()).lastSuccessAt !== undefined);
}, 120_000);
afterAll(() => server?.dispose());

function form(more: object = {}): object {
  return {
    name: 'noticed',
    type: 'S3Fetcher',
    config: {
      Source: { name: 'noticed', interval: DAY_IN_MINUTES, charset: 'utf_8', timezone: 'UTC' },
      Connector: {
        endpoint_url: server.url,
        access_key: server.env.AWS_ACCESS_KEY_ID,
        secret_key: server.env.AWS_SECRET_ACCESS_KEY,
        bucket_name: BUCKET,
        region_name: 'us-east-1',
        filter_date: '2026-01-01',
        queue_url: queueUrl,
        ...more,
      },
      RoutingPolicy: { routing_criterion: [], catch_all: 'default' },
      NormalizationPolicy: { normalizers: [{ name: 'CloudTrailCompiledNormalizer', type: 'compiled' }] },
    },
  };
}

async function order(method: 'POST' | 'PUT', path: string, data: object): Promise<void> {
  const { message } = await apiOf(server).request<{ message: string }>(method, BASE + path, { data });
  await until('the order is carried out', 30_000, async () => {
    const { status, response } = await apiOf(server).request<{
      status: string;
      response: { message: string };
    }>('GET', `/${message}`);
    if (status === 'Failed') throw new Error(response.message);
    return status === 'Success';
  });
}

async function status(): Promise<Status> {
  const answer = await apiOf(server).request<{ status: Status }>('GET', `${BASE}/LogSources/${id}/status`);
  return answer.status;
}

const control = (verb: string) =>
  apiOf(server).request('POST', `${BASE}/LogSources/${id}/${verb}`, { data: {} });

/** The `opentrail` command in this process; must succeed. Answers with what it printed. */
async function cli(...argv: readonly string[]): Promise<string> {
  const env = { ...server.env, OPENTRAIL_DATA_DIR: server.dataDir };
  const { code, out, err } = await runHere(argv, { env });
  if (code !== 0) throw new Error(`opentrail ${argv.join(' ')} ended with ${code}: ${err}`);
  return out;
}

/** A log file of two events of this user; answers its key. */
async function putLog(user: string, body?: Buffer): Promise<string> {
  const records = ['a', 'b'].map((one) => ({
    eventVersion: '1.11',
    eventID: `${user}-${one}`,
    eventTime: `${BEGAN.slice(0, 19)}Z`,
    eventSource: 'ec2.amazonaws.com',
    eventName: 'Noticed',
    awsRegion: 'us-east-1',
    recipientAccountId: ACCOUNT,
    userIdentity: { type: 'IAMUser', userName: user },
  }));
  const stamp = `${BEGAN.slice(0, 16).replace(/[-:]/g, '')}Z`;
  const Key = `AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/${BEGAN.slice(0, 10).replaceAll('-', '/')}/${ACCOUNT}_CloudTrail_us-east-1_${stamp}_${user}.json.gz`;
  const s3 = s3Of(server);
  await s3.send(
    new PutObjectCommand({
      Bucket: BUCKET,
      Key,
      Body: body ?? gzipSync(JSON.stringify({ Records: records })),
    }),
  );
  s3.destroy();
  return Key;
}

async function found(user: string): Promise<number> {
  const answer = await apiOf(server).post('/v1/search', JSON.stringify({ query: `user:${user}` }));
  const lines = (await answer.text()).trimEnd().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as SearchLine).length;
}

/** Messages in the queue, on their way too. */
async function queued(): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await sqsOf().send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
}

test('a file that a notification tells of is searchable at once, and once however it is heard of', async () => {
  await putLog('early');
  await until('its events are found', 30_000, async () => (await found('early')) === 2);
  await until('the message is deleted', 30_000, async () => (await queued()) === 0);
  const told = await status();
  expect(told).toMatchObject({
    files: 1,
    records: 2,
    duplicates: 0,
    notices: { isListening: true, files: 1 },
  });
  // The message that S3 sends when notifications are set up.
  expect(told.notices?.ignored).toEqual({ 'test message': 1 });
  await control('run');
  await until('the bucket was walked through', 30_000, async () => {
    const { lastSuccessAt = 0 } = await status();
    return lastSuccessAt > told.lastSuccessAt!;
  });
  expect(await status()).toMatchObject({ files: 1, records: 2, duplicates: 0 });
}, 120_000);

test('the walk and the notices of what came while the source was paused do not double anything', async () => {
  await control('pause');
  const keys = await Promise.all(['p1', 'p2', 'p3'].map((user) => putLog(user)));
  // CloudTrail's own notice of the same files, without their sizes; and what is none of ours.
  const bodies = [
    JSON.stringify({ s3Bucket: BUCKET, s3ObjectKey: keys }),
    JSON.stringify({
      Type: 'Notification',
      Message: JSON.stringify({ s3Bucket: 'other', s3ObjectKey: ['x'] }),
    }),
    'CloudTrail validation message.',
  ];
  for (const MessageBody of bodies) {
    await sqsOf().send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
  }
  expect(await queued()).toBe(6);
  await control('resume');
  await control('run');
  await until('every message is dealt with', 30_000, async () => (await status()).notices?.messages === 8);
  expect(await queued()).toBe(0);
  await until(
    'all events are found',
    30_000,
    async () => (await found('p3')) === 2 && (await found('p1')) === 2,
  );
  expect(await status()).toMatchObject({
    files: 4,
    records: 8,
    duplicates: 0,
    notices: { messages: 8, files: 7, ignored: { 'other bucket': 1, 'test message': 2 }, failures: 0 },
  });
}, 120_000);

test('a queue that cannot be read is named in the status, and the walk goes on', async () => {
  await order('PUT', `/LogSources/${id}`, form({ queue_url: `${server.url}/${ACCOUNT}/no-such-queue` }));
  const said = await until('the queue failed', 30_000, async () => (await status()).notices?.lastError);
  expect(said).toMatch(/queue/i);
  expect(await cli('sources', 'status', 'noticed')).toContain(`noticed: queue: ${said}`);
  await putLog('late');
  await control('run');
  await until('the walk has found it', 30_000, async () => (await found('late')) === 2);
}, 120_000);

test('a file that cannot be read is listed with its reason, and tried again when somebody asks', async () => {
  await order('PUT', `/LogSources/${id}`, form());
  const key = await putLog('broken', Buffer.from('no gzip, and no JSON'));
  const line = await until('it is listed', 30_000, async () => {
    if ((await status()).quarantined === 0) return undefined;
    const text = await cli('sources', 'quarantine', 'noticed');
    return text.split('\n').find((one) => one.includes(key));
  });
  expect(line).toMatch(/^(damaged|foreign) +\d{4}-\d\d-\d\dT\S+Z +when asked +0 /);
  await cli('sources', 'pause', 'noticed');
  await putLog('broken');
  expect(await cli('sources', 'quarantine', 'noticed', '--retry', key)).toBe(
    '1 file is tried again when the source is resumed\n',
  );
  expect(await cli('sources', 'quarantine', 'noticed', '--retry', 'other')).toMatch(/^0 files/);
  await cli('sources', 'resume', 'noticed');
  await until('its events are found', 30_000, async () => (await found('broken')) === 2);
  expect(await cli('sources', 'quarantine', 'noticed', '--forget', 'other')).toMatch(/^0 files/);
  await until('the list is empty', 30_000, async () =>
    (await cli('sources', 'quarantine', 'noticed')).includes('every file could be read'),
  );
  // One that is of no use to anybody.
  const junk = await putLog('junk', Buffer.from('neither'));
  const list = () => cli('sources', 'quarantine', 'noticed');
  await until('it is listed', 30_000, async () => (await list()).includes(junk));
  expect(await cli('sources', 'quarantine', 'noticed', '--forget', junk)).toBe('1 file is forgotten\n');
  await control('run');
  expect(await list()).toBe('every file could be read\n');
  const wrong = cli('sources', 'quarantine', 'noticed', '--limit', 'many');
  await expect(wrong).rejects.toThrow('limit must be a whole number');
}, 120_000);

test('a forwarder may bring a notice itself, with a token of the scope sources', async () => {
  const noQueue = form({ queue_url: undefined });
  await order('PUT', `/LogSources/${id}`, noQueue);
  const { token } = await apiOf(server).call<{ token: string }>('/v1/admin/tokens', {
    op: 'create',
    scope: 'sources',
  });
  const tell = (body: unknown, bearer = token) =>
    fetch(`${server.url}/v1/sources/${id}/notify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const key = await putLog('brought');
  const answer = await tell({ s3Bucket: BUCKET, s3ObjectKey: [key] });
  expect([answer.status, await answer.json()]).toEqual([200, { status: 'Success', files: 1 }]);
  await until('its events are found', 30_000, async () => (await found('brought')) === 2);
  // As an API destination of EventBridge does, and what knows only names and passwords.
  const bridged = await putLog('destination');
  const event = {
    ...{ version: '0', 'detail-type': 'Object Created', source: 'aws.s3', region: 'us-east-1' },
    detail: { bucket: { name: BUCKET }, object: { key: bridged, size: 1, etag: '' } },
  };
  const basic = await fetch(`${server.url}/v1/sources/${id}/notify`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`eventbridge:${token}`).toString('base64')}` },
    body: JSON.stringify(event),
  });
  expect([basic.status, await basic.json()]).toEqual([200, { status: 'Success', files: 1 }]);
  await until('its events are found', 30_000, async () => (await found('destination')) === 2);
  expect((await tell({ hello: 'world' })).status).toBe(400);
  const bare = await fetch(`${server.url}/v1/sources/${id}/notify`, { method: 'POST', body: 'x' });
  expect([bare.status, bare.headers.get('content-type')]).toEqual([401, 'application/json']);
  expect((await tell({ s3Bucket: BUCKET, s3ObjectKey: [key] }, 'wrong')).status).toBe(401);
}, 120_000);

/** What `aws` answers within the printed commands, where a later one uses it. */
const ANSWERS: readonly (readonly [string, () => string])[] = [
  ['get-caller-identity', () => ACCOUNT],
  ['create-topic', () => `arn:aws:sns:us-east-1:${ACCOUNT}:opentrail-noticed`],
  ['create-queue', () => `${server.url}/${ACCOUNT}/opentrail-noticed`],
];

/**
 * Runs what `sources notices` prints, as an operator would. The shell says which words each command is called with; the
 * commands themselves are run here, where `aws` need not be started anew for each. Answers what was printed.
 */
async function setUp(way: string): Promise<string> {
  const script = await cli('sources', 'notices', 'noticed', '--way', way);
  const cases = ANSWERS.map(([operation, answer]) => `${operation}) echo '${answer()}';;`).join(' ');
  const fakes = `
    call() { printf '%s\\0' "$@" >&3; printf '\\n\\0' >&3; }
    aws() { call aws "$@"; case "$2" in ${cases} esac; }
    npx() { call npx "$@"; }
  `;
  const file = join(server.folder, `${way}.calls`);
  const shell = await run('sh', ['-c', `${fakes}\n${script}`.replace(/^/, `exec 3>'${file}'\n`)], {
    env: { PATH: process.env.PATH ?? '' },
    cwd: server.folder,
  });
  expect(shell).toMatchObject({ status: 0, stderr: '' });
  const calls = readFileSync(file, 'utf8').split('\n\0').filter(Boolean);
  for (const call of calls) {
    const [program, ...words] = call.split('\0').slice(0, -1);
    if (program === 'npx') await cli(...words.slice(1));
    else {
      const said = (await server.aws.text(...words)).trim();
      const [, answer] = ANSWERS.find(([operation]) => operation === words[1]) ?? [];
      if (answer) expect(said).toBe(answer());
    }
  }
  return script;
}

const posted = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/v1/sources/${id}/sns`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=UTF-8', ...headers },
    body,
  });

test('a topic posts to this server what is new, by the commands that are printed', async () => {
  await order('PUT', `/LogSources/${id}`, form({ queue_url: undefined }));
  const { failures } = (await status()).notices!;
  expect(await setUp('sns')).toContain('aws sns subscribe');
  await until('it is confirmed', 30_000, async () => (await status()).notices?.confirmedAt !== undefined);
  expect(await cli('sources', 'status', 'noticed')).toMatch(/; subscription confirmed at 2\d{3}-/);
  await putLog('topical');
  await until('its events are found', 30_000, async () => (await found('topical')) === 2);
  // The other signature.
  const sns = new SNSClient(clientOf(server));
  const { Topics } = await sns.send(new ListTopicsCommand({}));
  const [TopicArn] = Topics!.map((topic) => topic.TopicArn);
  const AttributeName = 'SignatureVersion';
  await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName, AttributeValue: '2' }));
  sns.destroy();
  await putLog('second');
  await until('its events are found', 30_000, async () => (await found('second')) === 2);
  expect((await status()).notices).toMatchObject({ failures });
}, 120_000);

test('what strangers post is not believed, and nothing that they name is visited', async () => {
  let visits = 0;
  const trap = createServer((_req, res) => {
    visits++;
    res.end();
  }).listen(0, '127.0.0.1');
  await once(trap, 'listening');
  const bait = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
  const { Connector } = (
    await apiOf(server).request<{ config: { Connector: { topic_arn: string } } }>(
      'GET',
      `${BASE}/LogSources/${id}`,
    )
  ).config;
  const message = {
    Type: 'SubscriptionConfirmation',
    MessageId: 'm',
    Token: 't',
    TopicArn: Connector.topic_arn,
    Message: 'You have chosen to subscribe',
    SubscribeURL: `${bait}/?Action=ConfirmSubscription&TopicArn=${Connector.topic_arn}`,
    Timestamp: BEGAN,
    SignatureVersion: '2',
    Signature: 'AAAA',
    SigningCertURL: `${bait}/SimpleNotificationService.pem`,
  };
  const own = `${server.url}/v1/sns/SimpleNotificationService.pem`;
  const key = await putLog('unheard');
  const notice = JSON.stringify({ s3Bucket: BUCKET, s3ObjectKey: [key] });
  const answers = [
    await posted(JSON.stringify(message)),
    await posted(JSON.stringify({ ...message, SigningCertURL: own })),
    await posted(JSON.stringify({ ...message, Type: 'Notification', Message: notice, SigningCertURL: own })),
    await posted(JSON.stringify({ ...message, TopicArn: `${Connector.topic_arn}2` })),
    await posted(notice),
  ];
  expect(answers.map((answer) => answer.status)).toEqual([403, 403, 403, 403, 403]);
  expect(visits).toBe(0);
  trap.close();
  expect((await status()).notices?.ignored).toMatchObject({ forged: 3, 'other topic': 1, 'not of SNS': 1 });
  const raw = await posted(notice, { 'x-amz-sns-rawdelivery': 'true' });
  expect([raw.status, raw.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="opentrail"']);
  const elsewhere = await fetch(`${server.url}/v1/sources/${randomUUID()}/sns`, {
    method: 'POST',
    body: '{}',
  });
  expect(elsewhere.status).toBe(404);
}, 120_000);

test('a topic with raw delivery gives a token as the password', async () => {
  // The topic has told of it, though strangers could not.
  await until('the last file is found', 30_000, async () => (await found('unheard')) === 2);
  const { token } = await apiOf(server).call<{ token: string }>('/v1/admin/tokens', {
    op: 'create',
    scope: 'sources',
  });
  const sns = new SNSClient(clientOf(server));
  const { Topics } = await sns.send(new ListTopicsCommand({}));
  const TopicArn = Topics?.[0]?.TopicArn;
  const Endpoint = `${server.url.replace('//', `//sns:${token}@`)}/v1/sources/${id}/sns`;
  const Attributes = { RawMessageDelivery: 'true' };
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint, Attributes }));
  const before = await status();
  await until('it is confirmed', 30_000, async () => {
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    return Subscriptions.filter(({ SubscriptionArn }) => SubscriptionArn?.startsWith('arn:')).length === 2;
  });
  await putLog('raw');
  await until('its events are found', 30_000, async () => (await found('raw')) === 2);
  // Once signed and once bare: fetched once.
  await until('both were heard', 30_000, async () => {
    const { messages } = (await status()).notices!;
    return messages >= before.notices!.messages + 2;
  });
  expect((await status()).duplicates).toBe(before.duplicates);
}, 120_000);

test('EventBridge tells by a queue, by the commands that are printed', async () => {
  await order('PUT', `/LogSources/${id}`, form({ queue_url: undefined }));
  expect(await setUp('eventbridge')).toContain('aws events put-rule');
  await putLog('bridged');
  await until('its events are found', 60_000, async () => (await found('bridged')) === 2);
  expect((await status()).notices).toMatchObject({ isListening: true });
}, 120_000);
