import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as client from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CallReport, createFrontDoor } from '../../aws/index.ts';
import { type Identity, openIdentity } from '../../identity/index.ts';
import { type Logs, openLogs } from '../../logs/index.ts';
import { openLmdbState, type State } from '../../state/index.ts';
import { createLogsService } from './index.ts';

const ACCOUNT = '111122223333';
const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 1, 10);

let folder: string;
let state: State;
let identity: Identity;
let logs: Logs;
let server: Server;
let url: string;
let root: client.CloudWatchLogsClient;
let time = START;
const reports: CallReport[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'logs-service-'));
  state = openLmdbState(join(folder, 'state'));
  identity = await openIdentity({ state, accountId: ACCOUNT, accounts: [], now: () => time });
  logs = openLogs({ path: join(folder, 'logs'), now: () => time });
  const door = createFrontDoor({
    services: [createLogsService({ logs, now: () => time })],
    findAccessKey: (id) => identity.findAccessKey(id),
    authorizer: identity,
    report: async (report) => void reports.push(report),
    now: Date.now,
    defaultRegion: 'us-east-1',
  });
  server = createServer((req, res) => void door(req, res));
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  root = clientOf(identity.rootCredentials);
});
afterAll(async () => {
  root.destroy();
  server.closeAllConnections();
  server.close();
  await logs.close();
  await state.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  time = START;
  reports.length = 0;
});

function clientOf(credentials: { accessKeyId: string; secretAccessKey: string }) {
  return new client.CloudWatchLogsClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
}

let made = 0;
async function newGroup(...streams: readonly string[]): Promise<string> {
  const logGroupName = `/test/${++made}`;
  await root.send(new client.CreateLogGroupCommand({ logGroupName }));
  for (const logStreamName of streams)
    await root.send(new client.CreateLogStreamCommand({ logGroupName, logStreamName }));
  return logGroupName;
}

const put = (logGroupName: string, logStreamName: string, events: readonly client.InputLogEvent[]) =>
  root.send(new client.PutLogEventsCommand({ logGroupName, logStreamName, logEvents: [...events] }));

const texts = (events: readonly { message?: string | undefined }[] | undefined) =>
  events?.map(({ message }) => message);

const refused = (code: string, message: string | RegExp) => ({
  name: code,
  message: typeof message === 'string' ? message : expect.stringMatching(message),
  $metadata: expect.objectContaining({ httpStatusCode: 400 }),
});

describe('groups and streams', () => {
  test('are described with ARNs, times and sizes', async () => {
    const name = await newGroup('s');
    await put(name, 's', [{ timestamp: START, message: 'hello' }]);
    await root.send(new client.PutRetentionPolicyCommand({ logGroupName: name, retentionInDays: 30 }));
    const { logGroups } = await root.send(new client.DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
    const arn = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${name}`;
    expect(logGroups).toEqual([
      {
        logGroupName: name,
        creationTime: START,
        retentionInDays: 30,
        metricFilterCount: 0,
        arn: `${arn}:*`,
        logGroupArn: arn,
        storedBytes: 31,
        logGroupClass: 'STANDARD',
      },
    ]);
    await root.send(new client.DeleteRetentionPolicyCommand({ logGroupName: name }));
    const { logStreams } = await root.send(new client.DescribeLogStreamsCommand({ logGroupIdentifier: arn }));
    expect(logStreams).toMatchObject([
      {
        logStreamName: 's',
        creationTime: START,
        firstEventTimestamp: START,
        lastEventTimestamp: START,
        lastIngestionTime: START,
        arn: `${arn}:log-stream:s`,
      },
    ]);
  });

  test('are paged', async () => {
    const name = await newGroup('a', 'b', 'c');
    const names: string[] = [];
    for await (const page of client.paginateDescribeLogStreams(
      { client: root, pageSize: 2 },
      { logGroupName: name },
    ))
      names.push(...page.logStreams!.map(({ logStreamName }) => logStreamName!));
    expect(names).toEqual(['a', 'b', 'c']);
    await newGroup();
    await newGroup();
    const groups: string[] = [];
    for await (const page of client.paginateDescribeLogGroups(
      { client: root, pageSize: 1 },
      { logGroupNamePrefix: '/test/' },
    ))
      groups.push(...page.logGroups!.map(({ logGroupName }) => logGroupName!));
    expect(groups).toHaveLength(made);
    expect(new Set(groups).size).toBe(made);
  });

  test('are tagged, in the newer and the older form', async () => {
    const name = await newGroup();
    const resourceArn = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${name}`;
    await root.send(new client.TagResourceCommand({ resourceArn, tags: { a: '1', b: '2' } }));
    await root.send(new client.TagLogGroupCommand({ logGroupName: name, tags: { b: '3' } }));
    await root.send(new client.UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
    expect((await root.send(new client.ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({
      b: '3',
    });
    expect((await root.send(new client.ListTagsLogGroupCommand({ logGroupName: name }))).tags).toEqual({
      b: '3',
    });
  });

  test('are refused in AWS’s words', async () => {
    const name = await newGroup('s');
    const create = (logGroupName: string | undefined) =>
      root.send(new client.CreateLogGroupCommand({ logGroupName }));
    await expect(create(name)).rejects.toMatchObject(
      refused('ResourceAlreadyExistsException', 'The specified log group already exists'),
    );
    await expect(create('a b')).rejects.toMatchObject(
      refused(
        'InvalidParameterException',
        /^1 validation error detected: Value 'a b' at 'logGroupName' failed/,
      ),
    );
    await expect(create(undefined)).rejects.toMatchObject(
      refused('InvalidParameterException', /Value null at 'logGroupName'/),
    );
    await expect(
      root.send(new client.DeleteLogGroupCommand({ logGroupName: 'nowhere' })),
    ).rejects.toMatchObject(refused('ResourceNotFoundException', 'The specified log group does not exist.'));
    await expect(
      root.send(new client.GetLogEventsCommand({ logGroupName: name, logStreamName: 'nowhere' })),
    ).rejects.toMatchObject(refused('ResourceNotFoundException', 'The specified log stream does not exist.'));
    await expect(
      root.send(new client.PutRetentionPolicyCommand({ logGroupName: name, retentionInDays: 2 })),
    ).rejects.toMatchObject(refused('InvalidParameterException', /retentionInDays/));
    await expect(
      root.send(new client.CreateLogGroupCommand({ logGroupName: 'k', kmsKeyId: 'arn:aws:kms:x' })),
    ).rejects.toMatchObject(refused('InvalidParameterException', /kmsKeyId is not built/));
  });

  test('what is not built says so', async () => {
    await expect(
      root.send(new client.StartQueryCommand({ startTime: 0, endTime: 1, queryString: 'fields @message' })),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 501 } });
  });
});

describe('PutLogEvents', () => {
  const at = (offset: number, message = 'm') => ({ timestamp: START + offset, message });

  test.each([
    ['out of order', [at(5), at(0)], /must be in chronological order/],
    ['over a day apart', [at(-DAY - 1), at(0)], /cannot span more than 24 hours/],
    ['empty', [], /length greater than or equal to 1/],
    ['an empty message', [at(0, '')], /length greater than or equal to 1/],
    [
      'a large message',
      [at(0, 'x'.repeat(1_048_576))],
      /Log event too large: 1048602 bytes exceeds limit of 1048576/,
    ],
    [
      'a large batch',
      [at(0, 'x'.repeat(600_000)), at(0, 'x'.repeat(600_000))],
      /Upload too large: 1200052 bytes/,
    ],
    ['too many', Array.from({ length: 10_001 }, () => at(0)), /length less than or equal to 10000/],
  ])('refuses a batch that is %s', async (_, events, message) => {
    const name = await newGroup('s');
    await expect(put(name, 's', events)).rejects.toMatchObject(refused('InvalidParameterException', message));
  });

  test('leaves out what is too old, expired or too far ahead, and says which', async () => {
    const name = await newGroup('s');
    const old = await put(name, 's', [at(-14 * DAY - 1), at(-14 * DAY + 1000, 'kept')]);
    expect(old.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
    const early = await put(name, 's', [at(0, 'now'), at(3 * 3_600_000)]);
    expect(early.rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 });
    await root.send(new client.PutRetentionPolicyCommand({ logGroupName: name, retentionInDays: 1 }));
    const expired = await put(name, 's', [at(-DAY - 1), at(-DAY + 1000, 'fresh')]);
    expect(expired.rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 1 });
    const { events } = await root.send(new client.FilterLogEventsCommand({ logGroupName: name }));
    expect(texts(events)).toEqual(['fresh', 'now']);
  });
});

test('a batch may be as large as AWS takes it, however long its JSON is', async () => {
  const name = await newGroup('s');
  await put(name, 's', [{ timestamp: START, message: '"'.repeat(1_048_550) }]);
  const { events } = await root.send(new client.FilterLogEventsCommand({ logGroupName: name }));
  expect(events?.[0]?.message).toHaveLength(1_048_550);
});

describe('GetLogEvents', () => {
  test('goes to both ends and stays there until more comes', async () => {
    const logGroupName = await newGroup('s');
    const events = Array.from({ length: 5 }, (_, index) => ({
      timestamp: START + index,
      message: `m${index}`,
    }));
    await put(logGroupName, 's', events);
    const get = (more: object) =>
      root.send(new client.GetLogEventsCommand({ logGroupName, logStreamName: 's', limit: 2, ...more }));
    const last = await get({});
    expect(texts(last.events)).toEqual(['m3', 'm4']);
    const before = await get({ nextToken: last.nextBackwardToken });
    expect(texts(before.events)).toEqual(['m1', 'm2']);
    const first = await get({ startFromHead: true });
    expect(texts(first.events)).toEqual(['m0', 'm1']);
    const end = await get({ nextToken: last.nextForwardToken });
    expect(end.events).toEqual([]);
    expect(end.nextForwardToken).toBe(last.nextForwardToken);
    await put(logGroupName, 's', [{ timestamp: START + 9, message: 'later' }]);
    expect(texts((await get({ nextToken: end.nextForwardToken })).events)).toEqual(['later']);
    expect(texts((await get({ startTime: START + 1, endTime: START + 3, limit: 9 })).events)).toEqual([
      'm1',
      'm2',
    ]);
    await expect(get({ nextToken: 'f/1/s' })).rejects.toMatchObject(
      refused('InvalidParameterException', 'The specified nextToken is invalid.'),
    );
  });

  test('of an empty stream answers tokens that find what comes', async () => {
    const logGroupName = await newGroup('s');
    const get = (more: object) =>
      root.send(new client.GetLogEventsCommand({ logGroupName, logStreamName: 's', ...more }));
    const { nextForwardToken, events } = await get({});
    expect(events).toEqual([]);
    await put(logGroupName, 's', [{ timestamp: START, message: 'x' }]);
    expect(texts((await get({ nextToken: nextForwardToken })).events)).toEqual(['x']);
  });
});

describe('FilterLogEvents', () => {
  test('searches all streams or some, by time and pattern, page by page', async () => {
    const logGroupName = await newGroup('a1', 'a2', 'b');
    for (const [index, stream] of ['a1', 'a2', 'b', 'a1', 'a2', 'b'].entries())
      await put(logGroupName, stream, [{ timestamp: START + index, message: JSON.stringify({ n: index }) }]);
    const found = async (more: object) => {
      const all: client.FilteredLogEvent[] = [];
      const pages = client.paginateFilterLogEvents({ client: root, pageSize: 2 }, { logGroupName, ...more });
      for await (const page of pages) all.push(...(page.events ?? []));
      expect(new Set(all.map(({ eventId }) => eventId)).size).toBe(all.length);
      return all.map(({ message }) => JSON.parse(message!).n);
    };
    expect(await found({})).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await found({ logStreamNames: ['b'] })).toEqual([2, 5]);
    expect(await found({ logStreamNamePrefix: 'a' })).toEqual([0, 1, 3, 4]);
    expect(await found({ startTime: START + 2, endTime: START + 4 })).toEqual([2, 3, 4]);
    expect(await found({ filterPattern: '{ $.n > 3 || $.n = 0 }' })).toEqual([0, 4, 5]);
    await expect(found({ logStreamNames: ['nowhere'] })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(found({ filterPattern: '{ $.n = ' })).rejects.toMatchObject(
      refused('InvalidParameterException', /^Invalid filter pattern: expected a value/),
    );
  });
});

describe('metric filters', () => {
  const transformation = { metricName: 'm', metricNamespace: 'n', metricValue: '1' };

  test('are kept, replaced, listed and deleted', async () => {
    const logGroupName = await newGroup();
    const save = (filterName: string, filterPattern: string, more: object = {}) =>
      root.send(
        new client.PutMetricFilterCommand({
          logGroupName,
          filterName,
          filterPattern,
          metricTransformations: [{ ...transformation, ...more }],
        }),
      );
    await save('b', 'ERROR');
    await save('a', '{ $.x = 1 }', { dimensions: { d: '$.y' } });
    await save('b', 'WARN', { defaultValue: 0 });
    const list = async (more: object) =>
      (await root.send(new client.DescribeMetricFiltersCommand(more))).metricFilters;
    expect(await list({ logGroupName })).toMatchObject([
      {
        filterName: 'a',
        filterPattern: '{ $.x = 1 }',
        metricTransformations: [{ dimensions: { d: '$.y' } }],
      },
      {
        filterName: 'b',
        filterPattern: 'WARN',
        metricTransformations: [{ ...transformation, defaultValue: 0 }],
      },
    ]);
    expect(await list({ metricName: 'm', metricNamespace: 'n' })).toHaveLength(2);
    expect(await list({ metricName: 'm', metricNamespace: 'other' })).toEqual([]);
    await root.send(new client.DeleteMetricFilterCommand({ logGroupName, filterName: 'a' }));
    expect(await list({ logGroupName })).toHaveLength(1);
    await expect(save('c', '{ $.x = }')).rejects.toMatchObject(
      refused('InvalidParameterException', /^Invalid metric filter pattern/),
    );
    await expect(save('c', 'ERROR', { dimensions: { d: '$.y' } })).rejects.toMatchObject(
      refused('InvalidParameterException', 'The specified filter pattern does not support dimensions'),
    );
  });

  test('are tried on messages', async () => {
    const { matches } = await root.send(
      new client.TestMetricFilterCommand({
        filterPattern: '{ $.eventName = Create* && $.n NOT EXISTS }',
        logEventMessages: ['{"eventName":"CreateTrail"}', '{"eventName":"GetTrail"}', 'plain'],
      }),
    );
    expect(matches).toEqual([
      {
        eventNumber: 1,
        eventMessage: '{"eventName":"CreateTrail"}',
        extractedValues: { '$.eventName': 'CreateTrail' },
      },
    ]);
  });
});

describe('permissions and records', () => {
  test('hold on the group and the stream', async () => {
    const name = await newGroup('s', 'other');
    await identity.users.create({ account: ACCOUNT, name: 'writer' });
    const { id, secret } = await identity.users.createAccessKey(ACCOUNT, 'writer');
    const writer = clientOf({ accessKeyId: id, secretAccessKey: secret });
    const write = (logStreamName: string) =>
      writer.send(
        new client.PutLogEventsCommand({
          logGroupName: name,
          logStreamName,
          logEvents: [{ timestamp: START, message: 'x' }],
        }),
      );
    await expect(write('s')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        `logs:PutLogEvents on resource: arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${name}:log-stream:s`,
      ),
    });
    const allow = (resource: string) =>
      identity.users.putInlinePolicy(ACCOUNT, 'writer', {
        name: 'p',
        document: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'logs:*', Resource: resource }],
        }),
      });
    await allow(`arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${name}:log-stream:s`);
    await write('s');
    await expect(write('other')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    // The form that the IAM examples of CloudWatch Logs use.
    await allow(`arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${name}:*`);
    await write('other');
    await writer.send(new client.FilterLogEventsCommand({ logGroupName: name }));
    await expect(writer.send(new client.DescribeLogGroupsCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    writer.destroy();
  });

  test('writing is no event, reading is one of data', async () => {
    const name = await newGroup('s');
    reports.length = 0;
    await put(name, 's', [{ timestamp: START, message: 'x' }]);
    await root.send(new client.FilterLogEventsCommand({ logGroupName: name }));
    expect(reports.map(({ operation }) => operation.record?.category)).toEqual([false, 'Data']);
  });
});
