import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACCOUNT, clientOf, makeTrail, s3Of } from '../fault/house-keeping.ts';
import { commandsOf, transcript, typeCommands } from './pages.ts';
import { describeWith, run, works } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const BUCKET = 'collected';
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:bucket-news`;
const webhook = (name: string) => `arn:aws:events:us-east-1:${ACCOUNT}:api-destination/${name}`;
const arnOf = (queue: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${queue}`;

const policyFor = (service: string, action: string, resource: string, source: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: action,
        Resource: resource,
        Condition: { ArnLike: { 'aws:SourceArn': source }, StringEquals: { 'aws:SourceAccount': ACCOUNT } },
      },
    ],
  });

/** What subscriptions of log groups send. */
interface LogsPayload {
  readonly messageType: string;
  readonly subscriptionFilters: readonly string[];
  readonly logEvents: readonly { readonly message: string }[];
}

function unpack(body: string): LogsPayload {
  const { data } = JSON.parse(body).awslogs;
  return JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString());
}

/** Somebody who takes what is posted. */
interface Hook {
  readonly url: string;
  readonly bodies: string[];
  close(): void;
}

async function openHook(): Promise<Hook> {
  const bodies: string[] = [];
  const listener = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    bodies.push(body);
    res.end();
  });
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return { url, bodies, close: () => listener.close() };
}

describeWith('aws and boto3', works('python3', '-c', 'import boto3'), 'queues and notifications', () => {
  let server: TestServer;
  let hook: Hook;

  beforeAll(async () => {
    hook = await openHook();
    const flags = ['--delivery-interval', '1s', '--event-webhooks', `soc=${hook.url}/in`];
    server = await TestServer.start({ flags });
    await makeTrail(server, BUCKET);
  });

  afterAll(async () => {
    await server?.dispose();
    hook?.close();
  });

  const sqsOf = () => new SQSClient(clientOf(server));
  const urlOf = (queue: string) => `${server.url}/${ACCOUNT}/${queue}`;
  /** The first version of the CLI reads AWS_ENDPOINT_URL for every service but this one. */
  const sqs = (...args: string[]) => ['--endpoint-url', server.url, 'sqs', ...args];

  /** A queue that a service may send to for one source. */
  async function makeQueue(
    name: string,
    service = 's3.amazonaws.com',
    source = `arn:aws:s3:::${BUCKET}`,
  ): Promise<void> {
    const Policy = policyFor(service, 'sqs:SendMessage', arnOf(name), source);
    await sqsOf().send(new CreateQueueCommand({ QueueName: name, Attributes: { Policy } }));
  }

  async function notify(configuration: object, bucket = BUCKET): Promise<void> {
    await s3Of(server).send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: bucket,
        NotificationConfiguration: configuration,
      }),
    );
  }

  /** Sends events of one name; answers how many. */
  async function ingest(name: string, count: number): Promise<number> {
    const records = Array.from({ length: count }, (_, index) =>
      JSON.stringify({
        eventSource: 'shop.example.com',
        eventName: name,
        requestParameters: { index },
      }),
    );
    writeFileSync(join(server.folder, 'events.ndjson'), `${records.join('\n')}\n`);
    await server.opentrail('ingest', 'events.ndjson');
    return count;
  }

  async function collect(queue: string, name: string, wanted: number, seconds = 60) {
    const program = join(import.meta.dirname, 'collector.py');
    const outcome = await run('python3', [program, urlOf(queue), name, String(wanted), String(seconds)], {
      env: server.env,
      cwd: server.folder,
      milliseconds: (seconds + 30) * 1000,
    });
    expect(outcome).toMatchObject({ status: 0 });
    return JSON.parse(outcome.stdout) as {
      seen: Record<string, number>;
      objects: Record<string, number>;
      sequencers: string[];
      tests: number;
    };
  }

  test('the aws command makes a queue, sends, waits, receives and deletes', async () => {
    const { aws } = server;
    const { QueueUrl } = await aws.json(
      ...sqs('create-queue', '--queue-name', 'cli', '--attributes', 'VisibilityTimeout=60'),
    );
    expect(QueueUrl).toBe(urlOf('cli'));
    const url = ['--queue-url', urlOf('cli')];
    const waiting = aws.json(...sqs('receive-message', ...url, '--wait-time-seconds', '20'));
    await aws.json(...sqs('send-message', ...url, '--message-body', 'grüße'));
    const { Messages } = (await waiting) as { Messages: { Body: string; ReceiptHandle: string }[] };
    expect(Messages.map(({ Body }) => Body)).toEqual(['grüße']);
    await aws.text(...sqs('delete-message', ...url, '--receipt-handle', Messages[0]!.ReceiptHandle));
    const { Attributes } = await aws.json(...sqs('get-queue-attributes', ...url, '--attribute-names', 'All'));
    expect(Attributes).toMatchObject({
      QueueArn: arnOf('cli'),
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      VisibilityTimeout: '60',
    });
    expect(await aws.refusal(...sqs('get-queue-url', '--queue-name', 'none'))).toContain(
      '(AWS.SimpleQueueService.NonExistentQueue)',
    );
  });

  test('a destination that does not let S3 in is refused', async () => {
    const { aws } = server;
    await sqsOf().send(new CreateQueueCommand({ QueueName: 'shut' }));
    const put = (queue: string) => [
      's3api',
      'put-bucket-notification-configuration',
      '--bucket',
      BUCKET,
      '--notification-configuration',
      JSON.stringify({ QueueConfigurations: [{ QueueArn: arnOf(queue), Events: ['s3:ObjectCreated:*'] }] }),
    ];
    expect(await aws.refusal(...put('shut'))).toContain(
      'Unable to validate the following destination configurations',
    );
  });

  test('the guide, typed as it stands there, ends with the message about its object', async () => {
    const session = await typeCommands(
      `eval "$(npx opentrail env)"\n${commandsOf('docs/guides/queues.md', 'run')}`,
      server,
    );
    expect(session.status, transcript(session, server)).toBe(0);
    expect(session.stdout).toContain('s3:TestEvent');
    expect(session.stdout).toContain('AWSLogs/empty.json.gz');
  });

  test('a collector that is told by a queue sees every event once', async () => {
    await makeQueue('direct');
    await notify({
      QueueConfigurations: [
        {
          QueueArn: arnOf('direct'),
          Events: ['s3:ObjectCreated:*'],
          Filter: { Key: { FilterRules: [{ Name: 'suffix', Value: '.json.gz' }] } },
        },
      ],
    });
    const collecting = collect('direct', 'CollectDirect', 300);
    for (let batch = 0; batch < 3; batch++) await ingest('CollectDirect', 100);
    const { seen, objects, tests, sequencers } = await collecting;
    expect(Object.keys(seen)).toHaveLength(300);
    expect(Object.values(seen).every((times) => times === 1)).toBe(true);
    expect(Object.values(objects).every((times) => times === 1)).toBe(true);
    expect(sequencers).toEqual([...sequencers].sort());
    expect(tests).toBe(1);
  });

  test('told by a topic that tells a queue, it sees every event once', async () => {
    const sns = new SNSClient(clientOf(server));
    const { TopicArn } = await sns.send(
      new CreateTopicCommand({
        Name: 'bucket-news',
        Attributes: {
          Policy: policyFor('s3.amazonaws.com', 'SNS:Publish', TOPIC, `arn:aws:s3:::${BUCKET}`),
        },
      }),
    );
    await makeQueue('by-topic', 'sns.amazonaws.com', TopicArn!);
    await sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: 'sqs',
        Endpoint: arnOf('by-topic'),
        ReturnSubscriptionArn: true,
      }),
    );
    await notify({ TopicConfigurations: [{ TopicArn, Events: ['s3:ObjectCreated:*'] }] });
    const collecting = collect('by-topic', 'CollectByTopic', 200);
    for (let batch = 0; batch < 2; batch++) await ingest('CollectByTopic', 100);
    const { seen } = await collecting;
    expect(Object.keys(seen)).toHaveLength(200);
    expect(Object.values(seen).every((times) => times === 1)).toBe(true);
  });

  test('an object is an event on the bus too, which a rule sends to a queue', async () => {
    const events = new EventBridgeClient(clientOf(server));
    const rule = await events.send(
      new PutRuleCommand({
        Name: 'objects',
        EventPattern: JSON.stringify({
          source: ['aws.s3'],
          'detail-type': ['Object Created'],
          detail: { bucket: { name: [BUCKET] }, object: { key: [{ prefix: 'bus/' }] } },
        }),
      }),
    );
    await makeQueue('by-bus', 'events.amazonaws.com', rule.RuleArn!);
    await events.send(
      new PutTargetsCommand({ Rule: 'objects', Targets: [{ Id: 'queue', Arn: arnOf('by-bus') }] }),
    );
    await notify({ EventBridgeConfiguration: {} });
    await s3Of(server).send(new PutObjectCommand({ Bucket: BUCKET, Key: 'bus/a b', Body: 'body' }));
    const [message] = await until('the queue has the event', 120_000, async () => {
      const { Messages } = await sqsOf().send(
        new ReceiveMessageCommand({ QueueUrl: urlOf('by-bus'), WaitTimeSeconds: 5 }),
      );
      return Messages;
    });
    expect(JSON.parse(message!.Body!)).toMatchObject({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      account: ACCOUNT,
      resources: [`arn:aws:s3:::${BUCKET}`],
      detail: { bucket: { name: BUCKET }, object: { key: 'bus/a b', size: 4 }, reason: 'PutObject' },
    });
  });

  test('a subscription of a log group sends its events to a queue and to a listed webhook', async () => {
    const { aws } = server;
    const logs = new CloudWatchLogsClient(clientOf(server));
    const [logGroupName, logStreamName] = ['app', 's'];
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    const subscribe = (name: string, destination: string, pattern: string) => [
      'logs',
      'put-subscription-filter',
      '--log-group-name',
      'app',
      '--filter-name',
      name,
      '--filter-pattern',
      pattern,
      '--destination-arn',
      destination,
    ];
    await sqsOf().send(new CreateQueueCommand({ QueueName: 'shut-logs' }));
    expect(await aws.refusal(...subscribe('shut', arnOf('shut-logs'), ''))).toContain(
      'Could not deliver test message to specified destination',
    );
    expect(await aws.refusal(...subscribe('hook', webhook('none'), ''))).toContain(
      '--event-webhooks lists no none',
    );
    await makeQueue('logs', 'logs.amazonaws.com', `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:app:*`);
    await aws.text(...subscribe('denied', arnOf('logs'), '{ $.errorCode = "AccessDenied" }'));
    await aws.text(...subscribe('hook', webhook('soc'), 'wanted'));
    const filters = await aws.json('logs', 'describe-subscription-filters', '--log-group-name', 'app');
    expect(filters).toMatchObject({
      subscriptionFilters: [
        { filterName: 'denied', destinationArn: arnOf('logs'), distribution: 'ByLogStream' },
        { filterName: 'hook', destinationArn: webhook('soc') },
      ],
    });
    const logEvents = ['{"errorCode":"AccessDenied"}', '{"errorCode":"Other"}', 'wanted'].map((message) => ({
      timestamp: Date.now(),
      message,
    }));
    await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));

    const payloads: LogsPayload[] = [];
    await until('the queue has the event', 120_000, async () => {
      const { Messages = [] } = await sqsOf().send(
        new ReceiveMessageCommand({ QueueUrl: urlOf('logs'), MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
      );
      for (const { Body } of Messages) payloads.push(unpack(Body!));
      return payloads.some(({ messageType }) => messageType === 'DATA_MESSAGE');
    });
    await until('the webhook has it', 120_000, () => hook.bodies.length >= 2);
    const told = (all: LogsPayload[]) =>
      all.map(({ messageType, subscriptionFilters, logEvents }) => [
        messageType,
        ...subscriptionFilters,
        ...(messageType === 'DATA_MESSAGE' ? logEvents.map(({ message }) => message) : []),
      ]);
    expect(told(payloads)).toEqual([
      ['CONTROL_MESSAGE'],
      ['DATA_MESSAGE', 'denied', '{"errorCode":"AccessDenied"}'],
    ]);
    expect(told(hook.bodies.map(unpack))).toEqual([['CONTROL_MESSAGE'], ['DATA_MESSAGE', 'hook', 'wanted']]);
    const remove = ['logs', 'delete-subscription-filter', '--log-group-name', 'app', '--filter-name', 'hook'];
    await aws.text(...remove);
  });

  test('what was written before kill -9 is told after it, deletions too, in the order of writing', async () => {
    await makeQueue('crash');
    await notify({
      QueueConfigurations: [
        { QueueArn: arnOf('crash'), Events: ['s3:ObjectCreated:Put', 's3:ObjectRemoved:*'] },
      ],
    });
    const s3 = s3Of(server);
    const keys = Array.from({ length: 40 }, (_, index) => `crash/${String(index).padStart(2, '0')} ä+b`);
    let written = 0;
    const writing = (async () => {
      for (const Key of keys) {
        await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }));
        written++;
      }
    })().catch(() => undefined);
    await until('half of the objects are written', 120_000, () => written >= 20);
    await server.kill9();
    await writing;
    const acknowledged = keys.slice(0, written);
    await server.restart();
    await s3Of(server).send(new DeleteObjectCommand({ Bucket: BUCKET, Key: keys[0]! }));

    const told: { name: string; key: string }[] = [];
    await until('the deletion is told', 120_000, async () => {
      const { Messages = [] } = await sqsOf().send(
        new ReceiveMessageCommand({ QueueUrl: urlOf('crash'), MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
      );
      for (const { Body, ReceiptHandle } of Messages) {
        await sqsOf().send(new DeleteMessageCommand({ QueueUrl: urlOf('crash'), ReceiptHandle }));
        for (const { eventName, s3: entry } of JSON.parse(Body!).Records ?? []) {
          const key = decodeURIComponent(entry.object.key.replaceAll('+', ' '));
          if (key.startsWith('crash/')) told.push({ name: eventName, key });
        }
      }
      return told.some(({ name }) => name === 'ObjectRemoved:Delete');
    });
    const created = told.filter(({ name }) => name === 'ObjectCreated:Put').map(({ key }) => key);
    expect(created).toEqual(expect.arrayContaining(acknowledged));
    // One may have been sent and not written down when the process died.
    const once = [...new Set(created)];
    expect(once).toEqual([...once].sort());
    expect(told.at(-1)).toEqual({ name: 'ObjectRemoved:Delete', key: keys[0] });
  });

  test('messages that were acknowledged survive kill -9, those deleted stay deleted', async () => {
    await sqsOf().send(new CreateQueueCommand({ QueueName: 'kill' }));
    const QueueUrl = () => urlOf('kill');
    await sqsOf().send(new SendMessageCommand({ QueueUrl: QueueUrl(), MessageBody: 'deleted' }));
    const { Messages } = await sqsOf().send(new ReceiveMessageCommand({ QueueUrl: QueueUrl() }));
    await sqsOf().send(
      new DeleteMessageCommand({ QueueUrl: QueueUrl(), ReceiptHandle: Messages![0]!.ReceiptHandle }),
    );
    const acknowledged = new Set<string>();
    const senders = Array.from({ length: 8 }, async (_, sender) => {
      const client = sqsOf();
      for (let index = 0; ; index++) {
        const MessageBody = `${sender}-${index}`;
        await client.send(new SendMessageCommand({ QueueUrl: QueueUrl(), MessageBody }));
        acknowledged.add(MessageBody);
      }
    }).map((sending) => sending.catch(() => undefined));
    await until('some messages are acknowledged', 120_000, () => acknowledged.size >= 100);
    await server.kill9();
    await Promise.all(senders);
    await server.restart();
    const found = new Set<string>();
    const client = sqsOf();
    for (;;) {
      const answer = await client.send(
        new ReceiveMessageCommand({ QueueUrl: QueueUrl(), MaxNumberOfMessages: 10 }),
      );
      if (!answer.Messages) break;
      for (const { Body } of answer.Messages) {
        expect(found.has(Body!), `${Body} came twice`).toBe(false);
        found.add(Body!);
      }
      const Entries = answer.Messages.map(({ ReceiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle,
      }));
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: QueueUrl(), Entries }));
    }
    expect([...found]).toEqual(expect.arrayContaining([...acknowledged]));
    expect(found.has('deleted')).toBe(false);
  });
});
