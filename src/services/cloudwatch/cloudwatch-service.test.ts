import * as client from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ACCOUNT,
  alarmInput,
  CloudWatchHouse,
  codeOf,
  MINUTE,
  START,
  TOPIC,
} from './cloudwatch-house.fixture.ts';

let house: CloudWatchHouse;

beforeAll(async () => {
  house = await CloudWatchHouse.open();
});
afterAll(() => house.close());
beforeEach(() => house.clear());

describe.each([undefined, 'query', 'cbor'] as const)('in the protocol %s', (protocol) => {
  let speaks: client.CloudWatchClient;
  const namespace = `In/${protocol}`;
  beforeAll(() => {
    speaks = house.clientOf(protocol);
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
    await expect(house.putAlarm({ Threshold: undefined }, speaks)).rejects.toBeInstanceOf(
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
    const refused = await house.putAlarm(more).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(refused?.message).toContain(words);
    expect(codeOf(refused)).toBe(name);
  });
});
