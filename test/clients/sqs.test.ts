import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACCOUNT, makeTrail, s3Of } from '../fault/house-keeping.ts';
import { describeWith, run, works } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const BUCKET = 'collected';
const arnOf = (queue: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${queue}`;

describeWith('aws and boto3', works('python3', '-c', 'import boto3'), 'queues and notifications', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ flags: ['--delivery-interval', '1s'] });
    await makeTrail(server, BUCKET);
  }, 90_000);

  afterAll(async () => {
    await server?.dispose();
  });

  const sqsOf = () =>
    new SQSClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: {
        accessKeyId: server.env.AWS_ACCESS_KEY_ID!,
        secretAccessKey: server.env.AWS_SECRET_ACCESS_KEY!,
      },
    });
  const urlOf = (queue: string) => `${server.url}/${ACCOUNT}/${queue}`;
  /** The first version of the CLI reads AWS_ENDPOINT_URL for every service but this one. */
  const sqs = (...args: string[]) => ['--endpoint-url', server.url, 'sqs', ...args];

  /** A queue that S3 may send to for the bucket. */
  async function makeQueue(name: string, bucket = BUCKET): Promise<void> {
    await sqsOf().send(new CreateQueueCommand({ QueueName: name }));
    await sqsOf().send(
      new SetQueueAttributesCommand({
        QueueUrl: urlOf(name),
        Attributes: {
          Policy: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Service: 's3.amazonaws.com' },
                Action: 'sqs:SendMessage',
                Resource: arnOf(name),
                Condition: {
                  ArnLike: { 'aws:SourceArn': `arn:aws:s3:::${bucket}` },
                  StringEquals: { 'aws:SourceAccount': ACCOUNT },
                },
              },
            ],
          }),
        },
      }),
    );
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
  }, 60_000);

  test('the aws command sets notifications, which every destination must let in first', async () => {
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
    await makeQueue('open');
    await aws.text(...put('open'));
    const kept = await aws.json('s3api', 'get-bucket-notification-configuration', '--bucket', BUCKET);
    expect(kept).toMatchObject({
      QueueConfigurations: [{ QueueArn: arnOf('open'), Events: ['s3:ObjectCreated:*'] }],
    });
    const { Messages = [] } = await sqsOf().send(
      new ReceiveMessageCommand({ QueueUrl: urlOf('open'), WaitTimeSeconds: 10 }),
    );
    expect(JSON.parse(Messages[0]!.Body!)).toMatchObject({ Event: 's3:TestEvent', Bucket: BUCKET });
  }, 60_000);

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
  }, 120_000);

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
    await until('half of the objects are written', 30_000, () => written >= 20);
    await server.kill9();
    await writing;
    const acknowledged = keys.slice(0, written);
    await server.restart();
    await s3Of(server).send(new DeleteObjectCommand({ Bucket: BUCKET, Key: keys[0]! }));

    const told: { name: string; key: string }[] = [];
    await until('the deletion is told', 60_000, async () => {
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
  }, 120_000);

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
    await until('some messages are acknowledged', 30_000, () => acknowledged.size >= 200);
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
      for (const { Body, ReceiptHandle } of answer.Messages) {
        expect(found.has(Body!), `${Body} came twice`).toBe(false);
        found.add(Body!);
        await client.send(new DeleteMessageCommand({ QueueUrl: QueueUrl(), ReceiptHandle }));
      }
    }
    expect([...found]).toEqual(expect.arrayContaining([...acknowledged]));
    expect(found.has('deleted')).toBe(false);
  }, 120_000);
});
