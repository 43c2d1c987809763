import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as events from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallReport, createFrontDoor } from '../../aws/index.ts';
import { type EventBus, openEventBus } from '../../event-bus/index.ts';
import type { AuthorizationRequest } from '../../identity/index.ts';
import { createEventsService } from './index.ts';

const ACCOUNT = '111122223333';
const QUEUE = `arn:aws:sqs:eu-west-1:${ACCOUNT}:q`;
const folder = mkdtempSync(join(tmpdir(), 'events-service-'));
const sent: string[] = [];
const asked: AuthorizationRequest[] = [];
const reports: CallReport[] = [];
let bus: EventBus;
let server: Server;
let client: events.EventBridgeClient;

beforeAll(async () => {
  bus = openEventBus({
    path: folder,
    sender: {
      async send(_delivery, message) {
        sent.push(message);
        return { kind: 'delivered' };
      },
      sendDeadLetter: async () => ({ kind: 'delivered' }),
    },
    now: Date.now,
    head: () => 0,
  });
  const caller = {
    kind: 'root',
    account: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:root`,
    principalId: ACCOUNT,
  } as const;
  const door = createFrontDoor({
    services: [createEventsService({ bus, hasWebhook: (name) => name === 'soar', now: Date.now })],
    findAccessKey: async () => ({ secretAccessKey: 'secret', caller }),
    authorizer: {
      async authorize(request) {
        asked.push(request);
        return { allowed: true };
      },
    },
    report: async (report) => void reports.push(report),
    now: Date.now,
    defaultRegion: 'eu-west-1',
  });
  server = createServer((req, res) => void door(req, res));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  client = new events.EventBridgeClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  await putRule('shop', { EventPattern: '{"source":["shop"]}', Tags: [{ Key: 'a', Value: '1' }] });
});
afterAll(async () => {
  client.destroy();
  server.closeAllConnections();
  server.close();
  await bus.close();
  rmSync(folder, { recursive: true });
});

const putRule = (Name: string, more: Partial<events.PutRuleRequest>) =>
  client.send(new events.PutRuleCommand({ Name, ...more }));
const putTargets = (...Targets: events.Target[]) =>
  client.send(new events.PutTargetsCommand({ Rule: 'shop', Targets }));
const refusal = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no error',
    ({ name, message }: Error) => `${name}: ${message}`,
  );
const target = (more: Partial<events.Target> = {}): events.Target => ({ Id: '1', Arn: QUEUE, ...more });

describe('what is refused, in whose words', () => {
  const rows: readonly (readonly [string, () => Promise<unknown>, string])[] = [
    [
      'a name with a blank',
      () => putRule('a b', { EventPattern: '{"a":[1]}' }),
      "ValidationException: 1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
    ],
    [
      'a long name',
      () => putRule('a'.repeat(65), { EventPattern: '{"a":[1]}' }),
      'Member must have length less than or equal to 64',
    ],
    [
      'neither pattern nor schedule',
      () => putRule('x', {}),
      'ValidationException: Parameter(s) EventPattern or ScheduleExpression must be specified.',
    ],
    [
      'a schedule',
      () => putRule('x', { ScheduleExpression: 'rate(1 minute)' }),
      'is not built in this version of opentrail',
    ],
    [
      'a bad pattern',
      () => putRule('x', { EventPattern: '{"a":{}}' }),
      'InvalidEventPatternException: Event pattern is not valid. Reason: Empty objects are not allowed',
    ],
    [
      'a long pattern',
      () => putRule('x', { EventPattern: `{"a":["${'x'.repeat(5_000)}"]}` }),
      'less than or equal to 4096',
    ],
    [
      'a state that is none',
      () => putRule('x', { EventPattern: '{"a":[1]}', State: 'ON' as never }),
      'Member must satisfy enum value set',
    ],
    [
      'a bus that is not there',
      () => putRule('x', { EventPattern: '{"a":[1]}', EventBusName: 'no' }),
      'ResourceNotFoundException: Event bus no does not exist.',
    ],
    [
      'a bus of another account',
      () =>
        putRule('x', {
          EventPattern: '{"a":[1]}',
          EventBusName: 'arn:aws:events:eu-west-1:999999999999:event-bus/default',
        }),
      'not in this account and Region',
    ],
    [
      'a target that is no ARN',
      () => putTargets(target({ Arn: 'q' })),
      'ValidationException: Parameter q is not valid. Reason: Provided Arn is not in correct format.',
    ],
    [
      'a target of another kind',
      () => putTargets(target({ Arn: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f` })),
      'opentrail delivers to SNS topics, SQS queues, log groups and webhooks',
    ],
    [
      'a webhook that nobody lists',
      () => putTargets(target({ Arn: `arn:aws:events:eu-west-1:${ACCOUNT}:api-destination/evil` })),
      'No webhook of that name is listed',
    ],
    [
      'a log group elsewhere',
      () => putTargets(target({ Arn: `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:mine` })),
      'begins with /aws/events/',
    ],
    [
      'two inputs',
      () => putTargets(target({ Input: '{}', InputPath: '$.a' })),
      'Only one of Input, InputPath, or InputTransformer',
    ],
    [
      'a retry policy out of range',
      () => putTargets(target({ RetryPolicy: { MaximumRetryAttempts: 186 } })),
      'Member must have value less than or equal to 185',
    ],
    [
      'a dead letter topic',
      () => putTargets(target({ DeadLetterConfig: { Arn: `arn:aws:sns:eu-west-1:${ACCOUNT}:t` } })),
      'A dead-letter queue must be a standard SQS queue.',
    ],
    [
      'a FIFO queue without a group',
      () => putTargets(target({ Arn: `${QUEUE}.fifo` })),
      'Parameter(s) SqsParameters must be specified for target: 1.',
    ],
    [
      'parameters of other targets',
      () => putTargets(target({ KinesisParameters: { PartitionKeyPath: '$.a' } })),
      'KinesisParameters of a target is not built',
    ],
    [
      'six targets',
      () => putTargets(...Array.from({ length: 6 }, (_, at) => target({ Id: `${at}` }))),
      'LimitExceededException',
    ],
    ['one id twice', () => putTargets(target(), target()), 'Target Ids must be unique'],
    [
      'targets of no rule',
      () => client.send(new events.PutTargetsCommand({ Rule: 'none', Targets: [target()] })),
      'ResourceNotFoundException: Rule none does not exist on EventBus default.',
    ],
    [
      'enabling no rule',
      () => client.send(new events.EnableRuleCommand({ Name: 'none' })),
      'Rule none does not exist on EventBus default.',
    ],
    [
      'eleven entries',
      () => client.send(new events.PutEventsCommand({ Entries: Array(11).fill({}) })),
      "Value '[PutEventsRequestEntry]' at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10",
    ],
    [
      'entries that are too large',
      () =>
        client.send(
          new events.PutEventsCommand({
            Entries: [{ Source: 'a', DetailType: 'b', Detail: `{"a":"${'x'.repeat(262_144)}"}` }],
          }),
        ),
      'Total size of the entries in the request is over the limit.',
    ],
    [
      'an event without its members',
      () => client.send(new events.TestEventPatternCommand({ EventPattern: '{"a":[1]}', Event: '{}' })),
      'Parameter Event is not valid.',
    ],
    [
      'deleting the default bus',
      () => client.send(new events.DeleteEventBusCommand({ Name: 'default' })),
      'Cannot delete event bus default.',
    ],
    [
      'making the default bus',
      () => client.send(new events.CreateEventBusCommand({ Name: 'default' })),
      'ResourceAlreadyExistsException: Event bus default already exists.',
    ],
    [
      'a tag that begins with aws:',
      () => putRule('x', { EventPattern: '{"a":[1]}', Tags: [{ Key: 'aws:x', Value: '' }] }),
      'failed to satisfy constraint',
    ],
    [
      'a token that is not ours',
      () => client.send(new events.ListRulesCommand({ NextToken: '%' })),
      'Parameter NextToken is not valid.',
    ],
    [
      'an archive',
      () =>
        client.send(
          new events.CreateArchiveCommand({
            ArchiveName: 'a',
            EventSourceArn: 'arn:aws:events:eu-west-1:111122223333:event-bus/default',
          }),
        ),
      'NotImplementedException',
    ],
  ];
  it.each(rows)('%s', async (_, call, words) => {
    expect(await refusal(call())).toContain(words);
  });
});

describe('rules', () => {
  it('keep their targets and tags when they are put again', async () => {
    await putTargets(target(), target({ Id: '2', SqsParameters: undefined }));
    await putRule('shop', {
      EventPattern: '{"source":["shop"]}',
      Description: 'ours',
      Tags: [{ Key: 'b', Value: '2' }],
    });
    const described = await client.send(new events.DescribeRuleCommand({ Name: 'shop' }));
    expect(described).toMatchObject({ Description: 'ours', State: 'ENABLED', CreatedBy: ACCOUNT });
    const { Targets } = await client.send(new events.ListTargetsByRuleCommand({ Rule: 'shop' }));
    expect(Targets).toEqual([target(), target({ Id: '2' })]);
    const ResourceARN = described.Arn!;
    await client.send(new events.TagResourceCommand({ ResourceARN, Tags: [{ Key: 'c', Value: '3' }] }));
    await client.send(new events.UntagResourceCommand({ ResourceARN, TagKeys: ['a'] }));
    const { Tags } = await client.send(new events.ListTagsForResourceCommand({ ResourceARN }));
    expect(Tags).toEqual([{ Key: 'c', Value: '3' }]);
    await client.send(new events.RemoveTargetsCommand({ Rule: 'shop', Ids: ['2'] }));
    const by = await client.send(new events.ListRuleNamesByTargetCommand({ TargetArn: QUEUE }));
    expect(by.RuleNames).toEqual(['shop']);
  });

  it('are listed in pages', async () => {
    for (const name of ['p1', 'p2', 'p3']) await putRule(name, { EventPattern: '{"a":[1]}' });
    const first = await client.send(new events.ListRulesCommand({ NamePrefix: 'p', Limit: 2 }));
    expect(first.Rules?.map(({ Name }) => Name)).toEqual(['p1', 'p2']);
    const NextToken = first.NextToken!;
    const second = await client.send(new events.ListRulesCommand({ NamePrefix: 'p', Limit: 2, NextToken }));
    expect(second.Rules?.map(({ Name }) => Name)).toEqual(['p3']);
    expect(second.NextToken).toBeUndefined();
  });

  it('live on a bus of their own, which goes when they have gone', async () => {
    const { EventBusArn } = await client.send(
      new events.CreateEventBusCommand({ Name: 'own', Description: 'd' }),
    );
    expect(EventBusArn).toBe(`arn:aws:events:eu-west-1:${ACCOUNT}:event-bus/own`);
    const { RuleArn } = await putRule('r', { EventPattern: '{"source":["own"]}', EventBusName: EventBusArn });
    expect(RuleArn).toBe(`arn:aws:events:eu-west-1:${ACCOUNT}:rule/own/r`);
    await client.send(new events.PutTargetsCommand({ Rule: 'r', EventBusName: 'own', Targets: [target()] }));
    const entry = { Source: 'own', DetailType: 'x', Detail: '{"on":"own"}' };
    await client.send(new events.PutEventsCommand({ Entries: [{ ...entry, EventBusName: 'own' }, entry] }));
    await expect
      .poll(() => sent.filter((text) => text.includes('"own"')).length, { timeout: 30_000 })
      .toBe(1);
    const buses = await client.send(new events.ListEventBusesCommand({}));
    expect(buses.EventBuses?.map(({ Name }) => Name)).toEqual(['default', 'own']);
    const gone = () => client.send(new events.DeleteEventBusCommand({ Name: 'own' }));
    expect(await refusal(gone())).toContain("Event bus can't be deleted since it has rules.");
    await client.send(new events.RemoveTargetsCommand({ Rule: 'r', EventBusName: 'own', Ids: ['1'] }));
    await client.send(new events.DeleteRuleCommand({ Name: 'r', EventBusName: 'own' }));
    await gone();
    expect(await refusal(client.send(new events.DescribeEventBusCommand({ Name: 'own' })))).toContain(
      'Event bus own does not exist.',
    );
  });

  it('ask the policies about the rule, or the bus', async () => {
    asked.length = 0;
    await client.send(new events.DescribeRuleCommand({ Name: 'shop' }));
    await client.send(
      new events.PutEventsCommand({ Entries: [{ Source: 'a', DetailType: 'b', Detail: '{}' }] }),
    );
    expect(asked.map(({ action, resource }) => [action, resource])).toEqual([
      ['events:DescribeRule', `arn:aws:events:eu-west-1:${ACCOUNT}:rule/shop`],
      ['events:PutEvents', `arn:aws:events:eu-west-1:${ACCOUNT}:event-bus/default`],
    ]);
  });
});

describe('PutEvents', () => {
  it('answers entry by entry, and records no details', async () => {
    reports.length = 0;
    const { FailedEntryCount, Entries } = await client.send(
      new events.PutEventsCommand({
        Entries: [
          { Source: 'shop', DetailType: 'Order', Detail: '{"n": 1.0}', Resources: ['r'], Time: new Date(0) },
          { Source: 'aws.s3', DetailType: 'x', Detail: '{}' },
          { Source: 'shop', DetailType: 'x', Detail: '[]' },
          { Source: 'shop', Detail: '{}' },
        ],
      }),
    );
    expect(FailedEntryCount).toBe(3);
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'NotAuthorizedForSourceException',
      'MalformedDetail',
      'InvalidArgument',
    ]);
    await expect.poll(() => sent.find((text) => text.includes('Order')), { timeout: 30_000 }).toBeDefined();
    expect(sent.find((text) => text.includes('Order'))).toBe(
      `{"version":"0","id":"${Entries?.[0]?.EventId}","detail-type":"Order","source":"shop","account":"${ACCOUNT}","time":"1970-01-01T00:00:00Z","region":"eu-west-1","resources":["r"],"detail":{"n": 1.0}}`,
    );
    const [report] = reports;
    const parameters = report!.operation.record!.requestParameters!(report!.input as never, report!.call);
    expect(JSON.stringify(parameters)).not.toContain('1.0');
  });
});
