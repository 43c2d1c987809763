import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as client from '@aws-sdk/client-cloudwatch';
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CallReport, createFrontDoor } from '../../aws/index.ts';
import { type CloudWatch, openCloudWatch } from '../../cloudwatch/index.ts';
import { type Identity, openIdentity } from '../../identity/index.ts';
import { openLmdbState, type State } from '../../state/index.ts';
import { createCloudWatchService } from './index.ts';

const ACCOUNT = '111122223333';
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:alarms`;
const START = Date.UTC(2026, 10, 1, 10);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let folder: string;
let state: State;
let identity: Identity;
let room: CloudWatch;
let server: Server;
let url: string;
let json: client.CloudWatchClient;
let time = START;
const reports: CallReport[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cloudwatch-service-'));
  state = openLmdbState(join(folder, 'state'));
  identity = await openIdentity({ state, accountId: ACCOUNT, accounts: [], now: () => time });
  room = openCloudWatch({
    path: join(folder, 'cloudwatch'),
    now: () => time,
    tick: 0,
    notifier: { notify: async () => undefined },
  });
  const door = createFrontDoor({
    services: [createCloudWatchService({ cloudWatch: room, now: () => time })],
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
  json = clientOf();
});
afterAll(async () => {
  json.destroy();
  server.closeAllConnections();
  server.close();
  await room.close();
  await state.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  time = START;
  reports.length = 0;
  const place = { account: ACCOUNT, region: 'us-east-1' };
  await room.alarms.delete(
    place,
    room.alarms.list(place).map(({ name }) => name),
  );
});

/** The SDK, in the protocol that it speaks by itself or in another one. */
function clientOf(protocol?: 'query' | 'cbor'): client.CloudWatchClient {
  const defaultNamespace = 'com.amazonaws.cloudwatch';
  const xmlNamespace = 'http://monitoring.amazonaws.com/doc/2010-08-01/';
  return new client.CloudWatchClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: identity.rootCredentials,
    maxAttempts: 1,
    ...(protocol === 'query' && {
      protocol: new AwsQueryProtocol({ defaultNamespace, xmlNamespace, version: '2010-08-01' }),
    }),
    ...(protocol === 'cbor' && {
      protocol: new AwsSmithyRpcV2CborProtocol({
        defaultNamespace,
        serviceTarget: 'GraniteServiceVersion20100801',
        awsQueryCompatible: true,
      } as never),
    }),
  });
}

const alarmInput = (more: Partial<client.PutMetricAlarmInput> = {}): client.PutMetricAlarmInput => ({
  AlarmName: 'a',
  Namespace: 'N',
  MetricName: 'm',
  Statistic: 'Sum',
  Period: 300,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  ...more,
});
const putAlarm = (more: Partial<client.PutMetricAlarmInput> = {}, by = json) =>
  by.send(new client.PutMetricAlarmCommand(alarmInput(more)));
const putData = (Namespace: string, ...MetricData: client.MetricDatum[]) =>
  json.send(new client.PutMetricDataCommand({ Namespace, MetricData }));

describe.each([undefined, 'query', 'cbor'] as const)('in the protocol %s', (protocol) => {
  let speaks: client.CloudWatchClient;
  const namespace = `In/${protocol}`;
  beforeAll(() => {
    speaks = clientOf(protocol);
  });
  afterAll(() => speaks.destroy());

  test('an alarm comes back as it was put', async () => {
    const input = alarmInput({
      AlarmDescription: 'ü <&> "x"',
      ActionsEnabled: false,
      AlarmActions: [TOPIC],
      OKActions: [TOPIC],
      InsufficientDataActions: [TOPIC],
      Dimensions: [
        { Name: 'b', Value: '2' },
        { Name: 'a', Value: '1' },
      ],
      Statistic: undefined,
      ExtendedStatistic: 'p99.9',
      Unit: 'Seconds',
      DatapointsToAlarm: 1,
      Threshold: 0.5,
      TreatMissingData: 'notBreaching',
      EvaluateLowSampleCountPercentile: 'ignore',
      Tags: [{ Key: 'k', Value: 'v' }],
    });
    await speaks.send(new client.PutMetricAlarmCommand(input));
    const { MetricAlarms = [] } = await speaks.send(new client.DescribeAlarmsCommand({ AlarmNames: ['a'] }));
    const { Tags: _, Statistic: __, ...wanted } = input;
    expect(MetricAlarms).toMatchObject([
      {
        ...wanted,
        Dimensions: [
          { Name: 'a', Value: '1' },
          { Name: 'b', Value: '2' },
        ],
        AlarmArn: `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:a`,
        StateValue: 'INSUFFICIENT_DATA',
        StateReason: 'Unchecked: Initial alarm creation',
        StateUpdatedTimestamp: new Date(START),
      },
    ]);
    const tags = await speaks.send(
      new client.ListTagsForResourceCommand({ ResourceARN: MetricAlarms[0]!.AlarmArn! }),
    );
    expect(tags.Tags).toEqual([{ Key: 'k', Value: 'v' }]);
  });

  test('data comes back as statistics', async () => {
    await speaks.send(
      new client.PutMetricDataCommand({
        Namespace: namespace,
        MetricData: [
          { MetricName: 'm', Value: 1.5, Timestamp: new Date(START), Unit: 'Count' },
          {
            MetricName: 'm',
            Values: [2, 4],
            Counts: [2, 1],
            Timestamp: new Date(START + 30_000),
            Unit: 'Count',
          },
        ],
      }),
    );
    const { Datapoints, Label } = await speaks.send(
      new client.GetMetricStatisticsCommand({
        Namespace: namespace,
        MetricName: 'm',
        StartTime: new Date(START - MINUTE),
        EndTime: new Date(START + MINUTE),
        Period: 60,
        Statistics: ['Sum', 'SampleCount', 'Average', 'Minimum', 'Maximum'],
        ExtendedStatistics: ['p50'],
      }),
    );
    expect(Label).toBe('m');
    expect(Datapoints).toEqual([
      {
        Timestamp: new Date(START),
        Sum: 9.5,
        SampleCount: 4,
        Average: 2.375,
        Minimum: 1.5,
        Maximum: 4,
        ExtendedStatistics: { p50: 2 },
        Unit: 'Count',
      },
    ]);
    const data = await speaks.send(
      new client.GetMetricDataCommand({
        MetricDataQueries: [
          {
            Id: 'a',
            MetricStat: { Metric: { Namespace: namespace, MetricName: 'm' }, Period: 60, Stat: 'Sum' },
          },
        ],
        StartTime: new Date(START - MINUTE),
        EndTime: new Date(START + MINUTE),
      }),
    );
    expect(data.MetricDataResults).toEqual([
      { Id: 'a', Label: 'm', Timestamps: [new Date(START)], Values: [9.5], StatusCode: 'Complete' },
    ]);
  });

  test('a refusal is the one that its clients know', async () => {
    const refused = speaks.send(new client.DeleteAlarmsCommand({ AlarmNames: ['nope'] }));
    await expect(refused).rejects.toBeInstanceOf(client.ResourceNotFound);
    await expect(putAlarm({ Threshold: undefined }, speaks)).rejects.toBeInstanceOf(
      client.MissingRequiredParameterException,
    );
    await expect(
      speaks.send(new client.GetMetricWidgetImageCommand({ MetricWidget: '{}' })),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 501 } });
  });
});

describe('PutMetricAlarm refuses', () => {
  test.each<[Partial<client.PutMetricAlarmInput>, string, string]>([
    [{ AlarmName: '' }, 'ValidationError', "Value '' at 'alarmName' failed"],
    [{ AlarmName: 'x'.repeat(256) }, 'ValidationError', 'length less than or equal to 255'],
    [{ AlarmName: undefined }, 'MissingParameter', 'The parameter AlarmName is required.'],
    [{ Namespace: undefined }, 'MissingParameter', 'Namespace'],
    [{ MetricName: undefined }, 'MissingParameter', 'MetricName'],
    [{ Statistic: undefined }, 'MissingParameter', 'Statistic'],
    [{ Period: undefined }, 'MissingParameter', 'Period'],
    [{ EvaluationPeriods: undefined }, 'MissingParameter', 'EvaluationPeriods'],
    [{ Threshold: undefined }, 'MissingParameter', 'Threshold'],
    [{ ComparisonOperator: undefined }, 'MissingParameter', 'ComparisonOperator'],
    [{ Namespace: ':x' }, 'InvalidParameterValue', 'Namespace'],
    [{ Period: 45 }, 'ValidationError', 'Period must be 10, 20, 30 or a multiple of 60'],
    [{ Period: 300, EvaluationPeriods: 289 }, 'ValidationError', 'across more than a day'],
    [{ Period: 3600, EvaluationPeriods: 169 }, 'ValidationError', 'across more than 7 days'],
    [{ EvaluationPeriods: 0 }, 'ValidationError', "Value '0' at 'evaluationPeriods'"],
    [{ EvaluationPeriods: 2, DatapointsToAlarm: 3 }, 'ValidationError', 'DatapointsToAlarm must be less'],
    [{ Statistic: 'Median' as never }, 'ValidationError', 'enum value set: [SampleCount, Average, Sum'],
    [{ ExtendedStatistic: 'p99' }, 'InvalidParameterCombination', 'cannot be used together'],
    [{ Statistic: undefined, ExtendedStatistic: 'tm99' }, 'InvalidParameterValue', 'ExtendedStatistic'],
    [{ ComparisonOperator: 'Equal' as never }, 'ValidationError', "Value 'Equal' at 'comparisonOperator'"],
    [{ ComparisonOperator: 'LessThanLowerThreshold' }, 'ValidationError', 'not built'],
    [
      { TreatMissingData: 'maybe' },
      'ValidationError',
      'The value maybe is not supported for TreatMissingData',
    ],
    [{ EvaluateLowSampleCountPercentile: 'ignore' }, 'InvalidParameterCombination', 'percentile'],
    [{ Unit: 'Apples' as never }, 'ValidationError', "Value 'Apples' at 'unit'"],
    [{ AlarmActions: ['topic'] }, 'ValidationError', 'Invalid arn syntax: topic'],
    [{ AlarmActions: ['arn:aws:automate:us-east-1:ec2:stop'] }, 'ValidationError', 'only SNS topics'],
    [{ OKActions: Array(6).fill(TOPIC) }, 'ValidationError', 'length less than or equal to 5'],
    [{ Dimensions: [{ Name: 'a', Value: '' }] }, 'ValidationError', "at 'dimensions.Value'"],
    [
      {
        Dimensions: [
          { Name: 'a', Value: '1' },
          { Name: 'a', Value: '2' },
        ],
      },
      'InvalidParameterValue',
      'duplicate',
    ],
    [{ Metrics: [{ Id: 'e', Expression: 'a+b' }] }, 'ValidationError', 'not built'],
    [{ Tags: [{ Key: 'aws:x', Value: 'v' }] }, 'InvalidParameterValue', 'aws:x'],
  ])('%j', async (more, name, words) => {
    const refused = await putAlarm(more).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(refused?.message).toContain(words);
    expect(codeOf(refused)).toBe(name);
  });
});

/** As the query protocol named it: the SDK gives modelled errors their class's name. */
function codeOf(error: unknown): string {
  const { name } = error as { name: string };
  if (name === 'ValidationException') return 'ValidationError';
  return name.replace(/^MissingRequiredParameter/, 'MissingParameter').replace(/Exception$/, '');
}

describe('PutMetricData', () => {
  test.each<[client.MetricDatum, string]>([
    [{ MetricName: 'm' }, 'MissingParameter'],
    [{ MetricName: 'm', Value: 1, Values: [1] }, 'InvalidParameterCombination'],
    [{ MetricName: 'm', Value: 2 ** 361 }, 'InvalidParameterValue'],
    [{ MetricName: 'm', Values: [1], Counts: [1, 2] }, 'InvalidParameterValue'],
    [{ MetricName: 'm', Values: [1], Counts: [0] }, 'InvalidParameterValue'],
    [{ MetricName: 'm', Value: 1, StorageResolution: 5 }, 'InvalidParameterValue'],
    [{ MetricName: 'm', Value: 1, Timestamp: new Date(START - 15 * DAY) }, 'InvalidParameterValue'],
    [{ MetricName: 'm', Value: 1, Timestamp: new Date(START + 3 * HOUR) }, 'InvalidParameterValue'],
    [
      { MetricName: 'm', StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 2, Maximum: 1 } },
      'InvalidParameterValue',
    ],
  ])('refuses %j', async (datum, name) => {
    await expect(putData('N', datum).catch((error: unknown) => codeOf(error))).resolves.toBe(name);
  });

  test('of a thousand data comes packed, as the SDK sends it, and is an event of data without them', async () => {
    const data = Array.from({ length: 1_000 }, (_, index) => ({ MetricName: `m${index}`, Value: index }));
    await putData('Packed', ...data);
    const found: string[] = [];
    for await (const page of client.paginateListMetrics({ client: json }, { Namespace: 'Packed' }))
      for (const { MetricName = '' } of page.Metrics ?? []) found.push(MetricName);
    expect(new Set(found).size).toBe(1_000);
    expect(reports[0]?.operation.record).toMatchObject({ category: 'Data' });
  });

  test('that is no gzip, or unpacks to too much, is refused', async () => {
    const { gzipSync } = await import('node:zlib');
    const { SignatureV4 } = await import('@smithy/signature-v4');
    const { HttpRequest } = await import('@smithy/core/protocols');
    const { createHash, createHmac } = await import('node:crypto');
    class Sha256 {
      readonly #hash;
      constructor(secret?: string | Uint8Array) {
        this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
      }
      update(data: Uint8Array) {
        this.#hash.update(data);
      }
      async digest() {
        return new Uint8Array(this.#hash.digest());
      }
    }
    const signer = new SignatureV4({
      service: 'monitoring',
      region: 'us-east-1',
      credentials: identity.rootCredentials,
      sha256: Sha256 as never,
    });
    const post = async (body: Buffer) => {
      const { hostname, port } = new URL(url);
      const signed = await signer.sign(
        new HttpRequest({
          method: 'POST',
          protocol: 'http:',
          hostname,
          port: Number(port),
          path: '/',
          headers: {
            host: `${hostname}:${port}`,
            'content-type': 'application/x-amz-json-1.0',
            'content-encoding': 'gzip',
            'x-amz-target': 'GraniteServiceVersion20100801.ListMetrics',
          },
          body,
        }),
      );
      const response = await fetch(url, {
        method: 'POST',
        headers: signed.headers,
        body: new Uint8Array(body),
      });
      return [response.status, ((await response.json()) as { __type?: string }).__type];
    };
    expect(await post(gzipSync('{}'))).toEqual([200, undefined]);
    expect(await post(Buffer.from('{}'))).toEqual([400, 'SerializationException']);
    expect(await post(gzipSync(Buffer.alloc(64 << 20)))).toEqual([413, 'RequestEntityTooLargeException']);
  });
});

describe('reading metrics', () => {
  const asked = (more: Partial<client.GetMetricStatisticsInput> = {}) =>
    json.send(
      new client.GetMetricStatisticsCommand({
        Namespace: 'Read',
        MetricName: 'm',
        StartTime: new Date(START - HOUR),
        EndTime: new Date(START + HOUR),
        Period: 60,
        Statistics: ['Sum'],
        ...more,
      }),
    );

  test.each<[Partial<client.GetMetricStatisticsInput>, string, string]>([
    [{ Period: 45 }, 'ValidationError', 'Period'],
    [{ Statistics: undefined }, 'InvalidParameterCombination', 'At least one'],
    [{ EndTime: new Date(START - HOUR) }, 'InvalidParameterCombination', 'StartTime must be less'],
    [
      { StartTime: new Date(START - 30 * HOUR) },
      'InvalidParameterCombination',
      'You have requested up to 1,860 datapoints, which exceeds the limit of 1,440.',
    ],
    [{ ExtendedStatistics: ['p101'] }, 'InvalidParameterValue', 'p101'],
  ])('refuses %j', async (more, name, words) => {
    const error = await asked(more).catch((one: Error) => one);
    expect((error as Error).message).toContain(words);
    expect(codeOf(error)).toBe(name);
  });

  test('rounds the start down and begins periods there', async () => {
    await putData('Read', { MetricName: 'm', Value: 1, Timestamp: new Date(START + 90_000) });
    const { Datapoints } = await asked({ StartTime: new Date(START + 59_000), Period: 300 });
    expect(Datapoints).toEqual([{ Timestamp: new Date(START), Sum: 1, Unit: 'None' }]);
    const later = await asked({ StartTime: new Date(START + 61_000), Period: 300 });
    expect(later.Datapoints?.[0]?.Timestamp).toEqual(new Date(START + MINUTE));
  });

  test('of what was long ago takes the steps that are still kept', async () => {
    await putData('Old', { MetricName: 'm', Value: 2, Timestamp: new Date(START) });
    time = START + 20 * DAY;
    await room.sweep();
    const { Datapoints } = await asked({ Namespace: 'Old', Period: 300 });
    expect(Datapoints).toEqual([{ Timestamp: new Date(START), Sum: 2, Unit: 'None' }]);
    expect((await json.send(new client.ListMetricsCommand({ Namespace: 'Old' }))).Metrics).toEqual([]);
  });

  test('lists metrics by name, by dimension, and by when they last had data', async () => {
    const Dimensions = [{ Name: 'host', Value: 'a' }];
    await putData('List', { MetricName: 'm', Value: 1 }, { MetricName: 'n', Value: 1, Dimensions });
    const names = async (input: client.ListMetricsInput) =>
      (await json.send(new client.ListMetricsCommand({ Namespace: 'List', ...input }))).Metrics?.map(
        ({ MetricName }) => MetricName,
      );
    expect(await names({})).toEqual(['m', 'n']);
    expect(await names({ MetricName: 'n' })).toEqual(['n']);
    expect(await names({ Dimensions: [{ Name: 'host' }] })).toEqual(['n']);
    expect(await names({ Dimensions: [{ Name: 'host', Value: 'b' }] })).toEqual([]);
    time = START + 4 * HOUR;
    expect(await names({ RecentlyActive: 'PT3H' })).toEqual([]);
  });

  test('GetMetricData pages by the number of values, newest first unless asked otherwise', async () => {
    await putData(
      'Data',
      ...[0, 1, 2].map((minute) => ({
        MetricName: 'm',
        Value: minute,
        Timestamp: new Date(START + minute * MINUTE),
      })),
    );
    const ask = async (more: Partial<client.GetMetricDataInput>) => {
      const query = (Id: string) => ({
        Id,
        MetricStat: { Metric: { Namespace: 'Data', MetricName: 'm' }, Period: 60, Stat: 'Maximum' },
      });
      const found: string[] = [];
      const input = {
        MetricDataQueries: [query('a'), query('b')],
        StartTime: new Date(START),
        EndTime: new Date(START + HOUR),
        ...more,
      };
      let pages = 0;
      for await (const page of client.paginateGetMetricData({ client: json }, input)) {
        pages++;
        for (const { Id, Values = [] } of page.MetricDataResults ?? [])
          found.push(...Values.map((one) => `${Id}${one}`));
      }
      return [pages, found.join(' ')];
    };
    expect(await ask({})).toEqual([1, 'a2 a1 a0 b2 b1 b0']);
    expect(await ask({ ScanBy: 'TimestampAscending', MaxDatapoints: 2 })).toEqual([3, 'a0 a1 a2 b0 b1 b2']);
    const math = ask({ MetricDataQueries: [{ Id: 'e', Expression: 'SUM(METRICS())' }] });
    await expect(math).rejects.toThrow('metric math and SQL are not built');
  });
});

describe('alarms', () => {
  test('are listed in pages, by prefix, state and action', async () => {
    for (const name of ['b', 'a2', 'a1', 'c']) await putAlarm({ AlarmName: name, AlarmActions: [TOPIC] });
    await json.send(
      new client.SetAlarmStateCommand({ AlarmName: 'b', StateValue: 'ALARM', StateReason: 'test' }),
    );
    const names = async (input: client.DescribeAlarmsInput) => {
      const found: (string | undefined)[] = [];
      for await (const page of client.paginateDescribeAlarms({ client: json }, { MaxRecords: 2, ...input }))
        found.push(...(page.MetricAlarms ?? []).map(({ AlarmName }) => AlarmName));
      return found;
    };
    expect(await names({})).toEqual(['a1', 'a2', 'b', 'c']);
    expect(await names({ AlarmNamePrefix: 'a' })).toEqual(['a1', 'a2']);
    expect(await names({ AlarmNames: ['c', 'nope', 'a1', 'b'] })).toEqual(['a1', 'b', 'c']);
    expect(await names({ StateValue: 'ALARM' })).toEqual(['b']);
    expect(await names({ ActionPrefix: 'arn:aws:sns' })).toHaveLength(4);
    expect(await names({ ActionPrefix: 'arn:aws:ec2' })).toEqual([]);
    expect(await names({ AlarmTypes: ['CompositeAlarm'] })).toEqual([]);
  });

  test('of a metric are found by it', async () => {
    await putAlarm({ AlarmName: 'x' });
    await putAlarm({ AlarmName: 'y', Dimensions: [{ Name: 'a', Value: 'b' }] });
    const found = await json.send(
      new client.DescribeAlarmsForMetricCommand({ Namespace: 'N', MetricName: 'm', Statistic: 'Sum' }),
    );
    expect(found.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['x']);
  });

  test('tell what happened to them', async () => {
    await putAlarm();
    await json.send(new client.DisableAlarmActionsCommand({ AlarmNames: ['a'] }));
    time += 1_000;
    const StateReasonData = '{"why": "test"}';
    const set = { AlarmName: 'a', StateValue: 'ALARM', StateReason: 'test' } as const;
    await json.send(new client.SetAlarmStateCommand({ ...set, StateReasonData }));
    await expect(
      json.send(new client.SetAlarmStateCommand({ ...set, StateReasonData: '{' })),
    ).rejects.toBeInstanceOf(client.InvalidFormatFault);
    const { AlarmHistoryItems: items = [] } = await json.send(
      new client.DescribeAlarmHistoryCommand({
        AlarmName: 'a',
        StartDate: new Date(START),
        ScanBy: 'TimestampAscending',
      }),
    );
    expect(
      items.slice(-3).map(({ HistoryItemType, HistorySummary }) => [HistoryItemType, HistorySummary]),
    ).toEqual([
      ['ConfigurationUpdate', 'Alarm "a" created'],
      ['ConfigurationUpdate', 'Alarm "a" updated'],
      ['StateUpdate', 'Alarm updated from INSUFFICIENT_DATA to ALARM'],
    ]);
    expect(JSON.parse(items.at(-1)!.HistoryData!).newState.stateReasonData).toEqual({ why: 'test' });
  });

  test('have tags, and no others have', async () => {
    await putAlarm();
    const ResourceARN = `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:a`;
    const tags = async () =>
      (await json.send(new client.ListTagsForResourceCommand({ ResourceARN }))).Tags?.map(
        ({ Key, Value }) => `${Key}=${Value}`,
      );
    await json.send(
      new client.TagResourceCommand({
        ResourceARN,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await json.send(new client.TagResourceCommand({ ResourceARN, Tags: [{ Key: 'a', Value: '3' }] }));
    await json.send(new client.UntagResourceCommand({ ResourceARN, TagKeys: ['b', 'c'] }));
    expect(await tags()).toEqual(['a=3']);
    const nope = json.send(new client.ListTagsForResourceCommand({ ResourceARN: `${ResourceARN}x` }));
    await expect(nope).rejects.toBeInstanceOf(client.ResourceNotFoundException);
    const bad = json.send(new client.ListTagsForResourceCommand({ ResourceARN: 'x' }));
    await expect(bad).rejects.toBeInstanceOf(client.InvalidParameterValueException);
  });

  test('a token that was not given out is refused', async () => {
    for (const NextToken of ['x', 'bnVsbA', Buffer.from('{"time":"x"}').toString('base64url')]) {
      await expect(json.send(new client.DescribeAlarmHistoryCommand({ NextToken }))).rejects.toBeInstanceOf(
        client.InvalidNextToken,
      );
      await expect(json.send(new client.ListMetricsCommand({ NextToken }))).rejects.toMatchObject({
        name: 'InvalidNextToken',
      });
    }
  });
});
