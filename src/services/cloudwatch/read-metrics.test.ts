import * as client from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CloudWatchHouse, codeOf, DAY, HOUR, MINUTE, START } from './cloudwatch-house.fixture.ts';

let house: CloudWatchHouse;

beforeAll(async () => {
  house = await CloudWatchHouse.open();
});
afterAll(() => house.close());
beforeEach(() => house.clear());

describe('reading metrics', () => {
  const asked = (more: Partial<client.GetMetricStatisticsInput> = {}) =>
    house.json.send(
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
    await house.putData('Read', { MetricName: 'm', Value: 1, Timestamp: new Date(START + 90_000) });
    const { Datapoints } = await asked({ StartTime: new Date(START + 59_000), Period: 300 });
    expect(Datapoints).toEqual([{ Timestamp: new Date(START), Sum: 1, Unit: 'None' }]);
    const later = await asked({ StartTime: new Date(START + 61_000), Period: 300 });
    expect(later.Datapoints?.[0]?.Timestamp).toEqual(new Date(START + MINUTE));
  });

  test('of what was long ago takes the steps that are still kept', async () => {
    await house.putData('Old', { MetricName: 'm', Value: 2, Timestamp: new Date(START) });
    house.time = START + 20 * DAY;
    await house.room.sweep();
    const { Datapoints } = await asked({ Namespace: 'Old', Period: 300 });
    expect(Datapoints).toEqual([{ Timestamp: new Date(START), Sum: 2, Unit: 'None' }]);
    expect((await house.json.send(new client.ListMetricsCommand({ Namespace: 'Old' }))).Metrics).toEqual([]);
  });

  test('lists metrics by name, by dimension, and by when they last had data', async () => {
    const Dimensions = [{ Name: 'host', Value: 'a' }];
    await house.putData('List', { MetricName: 'm', Value: 1 }, { MetricName: 'n', Value: 1, Dimensions });
    const names = async (input: client.ListMetricsInput) =>
      (await house.json.send(new client.ListMetricsCommand({ Namespace: 'List', ...input }))).Metrics?.map(
        ({ MetricName }) => MetricName,
      );
    expect(await names({})).toEqual(['m', 'n']);
    expect(await names({ MetricName: 'n' })).toEqual(['n']);
    expect(await names({ Dimensions: [{ Name: 'host' }] })).toEqual(['n']);
    expect(await names({ Dimensions: [{ Name: 'host', Value: 'b' }] })).toEqual([]);
    house.time = START + 4 * HOUR;
    expect(await names({ RecentlyActive: 'PT3H' })).toEqual([]);
  });

  test('GetMetricData pages by the number of values, newest first unless asked otherwise', async () => {
    await house.putData(
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
      for await (const page of client.paginateGetMetricData({ client: house.json }, input)) {
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
