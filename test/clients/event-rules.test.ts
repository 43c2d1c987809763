import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateUserCommand, IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import { PutBucketNotificationConfigurationCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT, clientOf, makeTrail, s3Of } from '../fault/house-keeping.ts';
import { Inbox } from './inbox.ts';
import { commandsOf, transcript, typeCommands } from './pages.ts';
import { describeWith, works } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const PATIENCE = 120_000;
const HERE = `us-east-1:${ACCOUNT}`;
const ruleArn = (name: string) => `arn:aws:events:${HERE}:rule/${name}`;
const letsIn = (action: string, resource: string, rule: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: action,
      Resource: resource,
      Condition: { ArnEquals: { 'aws:SourceArn': ruleArn(rule) } },
    },
  });

let server: TestServer;
let inbox: Inbox;

/** A queue that lets a rule in; answers its URL. */
async function makeQueue(of: TestServer, QueueName: string, rule: string): Promise<string> {
  const client = new SQSClient(clientOf(of));
  const arn = `arn:aws:sqs:${HERE}:${QueueName}`;
  const Attributes = { Policy: letsIn('sqs:SendMessage', arn, rule) };
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  client.destroy();
  return QueueUrl!;
}

/** A topic that lets a rule in, and tells the inbox; answers its ARN. */
async function makeTopic(of: TestServer, Name: string, rule: string): Promise<string> {
  const client = new SNSClient(clientOf(of));
  const Attributes = { Policy: letsIn('SNS:Publish', `arn:aws:sns:${HERE}:${Name}`, rule) };
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name, Attributes }));
  await client.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: inbox.url('/topic') }));
  const { SubscribeURL } = JSON.parse((await inbox.wait('/topic')).body) as { SubscribeURL: string };
  expect((await fetch(SubscribeURL)).status).toBe(200);
  client.destroy();
  return TopicArn!;
}

/** Takes what is in a queue until the collection is as the caller wants it. */
async function collect(
  of: TestServer,
  queue: string,
  isWhole: (messages: readonly Message[]) => boolean,
): Promise<readonly Message[]> {
  const client = new SQSClient(clientOf(of));
  // The port is another one after a restart.
  const QueueUrl = `${of.url}${new URL(queue).pathname}`;
  const all: Message[] = [];
  await until(`the queue holds it all (${queue})`, PATIENCE, async () => {
    if (isWhole(all)) return true;
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
        MessageAttributeNames: ['All'],
      }),
    );
    all.push(...Messages);
    if (Messages.length > 0) {
      const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: `${at}`, ReceiptHandle }));
      await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
    return isWhole(all);
  });
  client.destroy();
  return all;
}

interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: {
    readonly eventName?: string;
    readonly eventID?: string;
    readonly n?: number;
    readonly requestParameters?: { readonly userName?: string };
    readonly object?: { readonly key?: string };
  };
}
const eventOf = (message: { readonly Body?: string }) => JSON.parse(message.Body ?? '') as BusEvent;

const createUser = async (of: TestServer, UserName: string) => {
  const iam = new IAMClient(clientOf(of));
  await iam.send(new CreateUserCommand({ UserName }));
  iam.destroy();
};

beforeAll(async () => {
  inbox = await Inbox.start();
  server = await TestServer.start({
    flags: ['--event-webhooks', `soar=${inbox.url('/soar')},down=${inbox.url('/down')}`],
  });
  await makeTrail(server, 'rules-trail');
});
afterAll(async () => {
  await server?.dispose();
  inbox?.close();
});

describeWith('aws', works('aws', '--version'), 'rules by the aws command', () => {
  let queue: string;

  test('a call reaches a topic, a queue, a log group and a webhook, also after kill -9', async () => {
    const { aws } = server;
    queue = await makeQueue(server, 'users', 'users');
    const topicArn = await makeTopic(server, 'users', 'users');
    await aws.text('logs', 'create-log-group', '--log-group-name', '/aws/events/users');
    const pattern = JSON.stringify({
      source: ['aws.iam'],
      'detail-type': ['AWS API Call via CloudTrail'],
      detail: { eventSource: ['iam.amazonaws.com'], eventName: [{ wildcard: 'Create*er' }] },
    });
    expect(await aws.json('events', 'put-rule', '--name', 'users', '--event-pattern', pattern)).toEqual({
      RuleArn: ruleArn('users'),
    });
    const targets = [
      { Id: 'topic', Arn: topicArn },
      { Id: 'queue', Arn: `arn:aws:sqs:${HERE}:users` },
      { Id: 'log', Arn: `arn:aws:logs:${HERE}:log-group:/aws/events/users` },
      {
        Id: 'webhook',
        Arn: `arn:aws:events:${HERE}:api-destination/soar`,
        InputTransformer: {
          InputPathsMap: { who: '$.detail.requestParameters.userName' },
          InputTemplate: '{"text": "<who> was created"}',
        },
      },
    ];
    const put = await aws.json(
      'events',
      'put-targets',
      '--rule',
      'users',
      '--targets',
      JSON.stringify(targets),
    );
    expect(put).toEqual({ FailedEntryCount: 0, FailedEntries: [] });
    const listed = await aws.json('events', 'list-targets-by-rule', '--rule', 'users');
    expect(listed.Targets).toEqual([...targets].sort((a, b) => (a.Id < b.Id ? -1 : 1)));

    await aws.text('iam', 'create-user', '--user-name', 'ann');
    await inbox.wait('/soar', ({ body }) => body === '{"text": "ann was created"}');
    await server.kill9();
    await server.restart();
    await createUser(server, 'bob');
    await inbox.wait('/soar', ({ body }) => body === '{"text": "bob was created"}');

    const names = (events: readonly BusEvent[]) =>
      [...new Set(events.map(({ detail }) => detail.requestParameters?.userName))].sort();
    const inQueue = await collect(server, queue, (all) => names(all.map(eventOf)).length === 2);
    expect(eventOf(inQueue[0]!)).toMatchObject({
      version: '0',
      source: 'aws.iam',
      'detail-type': 'AWS API Call via CloudTrail',
      account: ACCOUNT,
      region: 'us-east-1',
      resources: [],
      detail: { eventSource: 'iam.amazonaws.com', eventName: 'CreateUser' },
    });
    await until('the topic told both', PATIENCE, () => {
      const told = inbox
        .at('/topic')
        .map(({ body }) => JSON.parse(body) as { Type: string; Message: string });
      const events = told
        .filter(({ Type }) => Type === 'Notification')
        .map(({ Message: Body }) => eventOf({ Body }));
      return names(events).join() === 'ann,bob';
    });
    const group = new CloudWatchLogsClient(clientOf(server));
    const messages = await until('the log group holds both', PATIENCE, async () => {
      const logGroupName = '/aws/events/users';
      const { events = [] } = await group.send(new FilterLogEventsCommand({ logGroupName }));
      const found = events.map(({ message: Body = '' }) => eventOf({ Body }));
      return names(found).length === 2 && found;
    });
    group.destroy();
    expect(names(messages)).toEqual(['ann', 'bob']);
  });

  test('a rule is shown, switched off and on, and deleted as on AWS', async () => {
    const { aws } = server;
    expect(await aws.json('events', 'describe-rule', '--name', 'users')).toMatchObject({
      Arn: ruleArn('users'),
      State: 'ENABLED',
      EventBusName: 'default',
    });
    expect(await aws.refusal('events', 'delete-rule', '--name', 'users')).toContain(
      "(ValidationException) when calling the DeleteRule operation: Rule can't be deleted since it has targets.",
    );
    await aws.text('events', 'disable-rule', '--name', 'users');
    await createUser(server, 'unseen');
    await aws.text(
      'events',
      'remove-targets',
      '--rule',
      'users',
      '--ids',
      'topic',
      'queue',
      'log',
      'webhook',
    );
    await aws.text('events', 'delete-rule', '--name', 'users');
    expect(await aws.refusal('events', 'describe-rule', '--name', 'users')).toContain(
      '(ResourceNotFoundException) when calling the DescribeRule operation: Rule users does not exist on EventBus default.',
    );
    expect(inbox.at('/soar').some(({ body }) => body.includes('unseen'))).toBe(false);
  });

  test('the commands of the guide do what it says', async () => {
    const commands = commandsOf('docs/guides/event-rules.md', 'run');
    const session = await typeCommands(`eval "$(npx opentrail env)"\n${commands}`, server);
    expect(session.status, transcript(session, server)).toBe(0);
    expect(session.stdout).toContain('\\"userName\\":\\"dora\\"');
    expect(session.stdout).toContain('"Result": true');
  });

  test('a pattern is tried out, and a bad one refused with the reason', async () => {
    const { aws } = server;
    const event = {
      id: '1',
      account: ACCOUNT,
      source: 's',
      time: '2026-01-01T00:00:00Z',
      region: 'r',
      resources: [],
      'detail-type': 't',
      detail: { ip: '10.1.2.3' },
    };
    const tried = async (pattern: object) =>
      (
        await aws.json(
          'events',
          'test-event-pattern',
          '--event',
          JSON.stringify(event),
          '--event-pattern',
          JSON.stringify(pattern),
        )
      ).Result;
    expect(await tried({ detail: { ip: [{ cidr: '11.0.0.0/8' }] } })).toBe(false);
    expect(
      await aws.refusal('events', 'put-rule', '--name', 'bad', '--event-pattern', '{"source":"aws.s3"}'),
    ).toContain(
      '(InvalidEventPatternException) when calling the PutRule operation: Event pattern is not valid. Reason: "source" must be an object or an array',
    );
  });
});

describe('rules', () => {
  const rule = async (name: string, pattern: object, targets: readonly object[], state = 'ENABLED') => {
    const client = new EventBridgeClient(clientOf(server));
    await client.send(
      new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern), State: state as never }),
    );
    await client.send(new PutTargetsCommand({ Rule: name, Targets: targets as never }));
    client.destroy();
  };

  test('events that only read reach the rules that ask for them, and objects of a bucket reach the bus', async () => {
    const reads = await makeQueue(server, 'reads', 'reads');
    const writes = await makeQueue(server, 'writes', 'writes');
    const objects = await makeQueue(server, 'objects', 'objects');
    const all = { source: ['aws.iam'] };
    await rule(
      'reads',
      all,
      [{ Id: '1', Arn: `arn:aws:sqs:${HERE}:reads` }],
      'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    );
    await rule('writes', all, [{ Id: '1', Arn: `arn:aws:sqs:${HERE}:writes` }]);
    await rule('objects', { source: ['aws.s3'], 'detail-type': ['Object Created'] }, [
      { Id: '1', Arn: `arn:aws:sqs:${HERE}:objects` },
    ]);
    const iam = new IAMClient(clientOf(server));
    await iam.send(new ListUsersCommand({}));
    await iam.send(new CreateUserCommand({ UserName: 'carl' }));
    iam.destroy();
    const nameOf = (message: Message) => eventOf(message).detail.eventName;
    const read = await collect(server, reads, (found) => found.length >= 2);
    expect(read.map(nameOf).sort()).toEqual(['CreateUser', 'ListUsers']);
    const written = await collect(server, writes, (found) => found.length >= 1);
    expect(written.map(nameOf)).toEqual(['CreateUser']);

    const s3 = s3Of(server);
    const NotificationConfiguration = { EventBridgeConfiguration: {} };
    await s3.send(
      new PutBucketNotificationConfigurationCommand({ Bucket: 'rules-trail', NotificationConfiguration }),
    );
    await s3.send(new PutObjectCommand({ Bucket: 'rules-trail', Key: 'hello', Body: 'x' }));
    const made = await collect(server, objects, (found) =>
      found.some((one) => eventOf(one).detail.object?.key === 'hello'),
    );
    expect(made.every((one) => eventOf(one)['detail-type'] === 'Object Created')).toBe(true);
  });

  test('what a target refuses goes to its dead letter queue with the reason', async () => {
    const dead = await makeQueue(server, 'dead', 'lost');
    await makeQueue(server, 'closed', 'another-rule');
    const deadLetter = { DeadLetterConfig: { Arn: `arn:aws:sqs:${HERE}:dead` } };
    inbox.react('/down', { status: 503 });
    await rule('lost', { source: ['lost'] }, [
      { Id: '1', Arn: `arn:aws:sqs:${HERE}:closed`, ...deadLetter },
      {
        Id: '2',
        Arn: `arn:aws:events:${HERE}:api-destination/down`,
        RetryPolicy: { MaximumRetryAttempts: 1 },
        ...deadLetter,
      },
    ]);
    const client = new EventBridgeClient(clientOf(server));
    await client.send(
      new PutEventsCommand({ Entries: [{ Source: 'lost', DetailType: 'x', Detail: '{"n":1}' }] }),
    );
    client.destroy();
    const letters = await collect(server, dead, (found) => found.length >= 2);
    const codes = letters.map(({ MessageAttributes: all }) => [
      all?.ERROR_CODE?.StringValue,
      all?.RETRY_ATTEMPTS?.StringValue,
      all?.RULE_ARN?.StringValue,
    ]);
    expect(codes.sort()).toEqual([
      ['API_DESTINATION_FAILED', '1', ruleArn('lost')],
      ['NO_PERMISSIONS', '0', ruleArn('lost')],
    ]);
    expect(inbox.at('/down')).toHaveLength(2);
  });

  test('kill -9 loses no event that was taken, and repeats none more than once', async () => {
    const queue = await makeQueue(server, 'kill', 'kill');
    await rule('kill', { source: ['kill'] }, [{ Id: '1', Arn: `arn:aws:sqs:${HERE}:kill` }]);
    const taken: number[] = [];
    const client = new EventBridgeClient({ ...clientOf(server), maxAttempts: 1 });
    const sending = (async () => {
      for (let n = 0; n < 5_000; n += 10) {
        const numbers = Array.from({ length: 10 }, (_, at) => n + at);
        const Entries = numbers.map((one) => ({ Source: 'kill', DetailType: 'x', Detail: `{"n":${one}}` }));
        await client.send(new PutEventsCommand({ Entries }));
        taken.push(...numbers);
      }
    })().catch(() => undefined);
    await until('some events were taken', PATIENCE, () => taken.length >= 200);
    await server.kill9();
    await sending;
    client.destroy();
    await server.restart();
    const counts = new Map<number, number>();
    const seen = (all: readonly Message[]) => {
      counts.clear();
      for (const n of all.map((one) => eventOf(one).detail.n ?? -1)) counts.set(n, (counts.get(n) ?? 0) + 1);
      return taken.every((n) => counts.has(n));
    };
    await collect(server, queue, seen);
    expect(taken.length).toBeGreaterThanOrEqual(200);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(2);
  });

  test('with a real bus in the settings, events of trails go there', async () => {
    const queue = await makeQueue(server, 'remote', 'remote');
    await rule('remote', { source: [{ prefix: 'opentrail.' }], detail: { eventName: ['CreateUser'] } }, [
      { Id: '1', Arn: `arn:aws:sqs:${HERE}:remote` },
    ]);
    const other = await TestServer.start({
      flags: ['--endpoint-events', server.url],
      env: {
        OPENTRAIL_ENDPOINT_EVENTS_ACCESS_KEY_ID: server.env.AWS_ACCESS_KEY_ID!,
        OPENTRAIL_ENDPOINT_EVENTS_SECRET_ACCESS_KEY: server.env.AWS_SECRET_ACCESS_KEY!,
      },
    });
    try {
      await makeTrail(other, 'other-trail');
      for (let n = 0; n < 12; n++) await createUser(other, `far-${n}`);
      const found = await collect(
        server,
        queue,
        (all) => new Set(all.map((one) => eventOf(one).detail.eventID)).size === 12,
      );
      expect(found).toHaveLength(12);
      expect(eventOf(found[0]!)).toMatchObject({
        source: 'opentrail.iam',
        'detail-type': 'AWS API Call via CloudTrail',
      });
    } finally {
      await other.dispose();
    }
  });
});
