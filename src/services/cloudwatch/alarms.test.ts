import * as client from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ACCOUNT, CloudWatchHouse, START, TOPIC } from './cloudwatch-house.fixture.ts';

let house: CloudWatchHouse;

beforeAll(async () => {
  house = await CloudWatchHouse.open();
});
afterAll(() => house.close());
beforeEach(() => house.clear());

describe('alarms', () => {
  test('are listed in pages, by prefix, state and action', async () => {
    for (const name of ['b', 'a2', 'a1', 'c'])
      await house.putAlarm({ AlarmName: name, AlarmActions: [TOPIC] });
    await house.json.send(
      new client.SetAlarmStateCommand({ AlarmName: 'b', StateValue: 'ALARM', StateReason: 'test' }),
    );
    const names = async (input: client.DescribeAlarmsInput) => {
      const found: (string | undefined)[] = [];
      for await (const page of client.paginateDescribeAlarms(
        { client: house.json },
        { MaxRecords: 2, ...input },
      ))
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
    await house.putAlarm({ AlarmName: 'x' });
    await house.putAlarm({ AlarmName: 'y', Dimensions: [{ Name: 'a', Value: 'b' }] });
    const found = await house.json.send(
      new client.DescribeAlarmsForMetricCommand({ Namespace: 'N', MetricName: 'm', Statistic: 'Sum' }),
    );
    expect(found.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['x']);
  });

  test('tell what happened to them', async () => {
    await house.putAlarm();
    await house.json.send(new client.DisableAlarmActionsCommand({ AlarmNames: ['a'] }));
    house.time += 1_000;
    const StateReasonData = '{"why": "test"}';
    const set = { AlarmName: 'a', StateValue: 'ALARM', StateReason: 'test' } as const;
    await house.json.send(new client.SetAlarmStateCommand({ ...set, StateReasonData }));
    await expect(
      house.json.send(new client.SetAlarmStateCommand({ ...set, StateReasonData: '{' })),
    ).rejects.toBeInstanceOf(client.InvalidFormatFault);
    const { AlarmHistoryItems: items = [] } = await house.json.send(
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
    await house.putAlarm();
    const ResourceARN = `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:a`;
    const tags = async () =>
      (await house.json.send(new client.ListTagsForResourceCommand({ ResourceARN }))).Tags?.map(
        ({ Key, Value }) => `${Key}=${Value}`,
      );
    await house.json.send(
      new client.TagResourceCommand({
        ResourceARN,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await house.json.send(new client.TagResourceCommand({ ResourceARN, Tags: [{ Key: 'a', Value: '3' }] }));
    await house.json.send(new client.UntagResourceCommand({ ResourceARN, TagKeys: ['b', 'c'] }));
    expect(await tags()).toEqual(['a=3']);
    const nope = house.json.send(new client.ListTagsForResourceCommand({ ResourceARN: `${ResourceARN}x` }));
    await expect(nope).rejects.toBeInstanceOf(client.ResourceNotFoundException);
    const bad = house.json.send(new client.ListTagsForResourceCommand({ ResourceARN: 'x' }));
    await expect(bad).rejects.toBeInstanceOf(client.InvalidParameterValueException);
  });

  test('a token that was not given out is refused', async () => {
    for (const NextToken of ['x', 'bnVsbA', Buffer.from('{"time":"x"}').toString('base64url')]) {
      await expect(
        house.json.send(new client.DescribeAlarmHistoryCommand({ NextToken })),
      ).rejects.toBeInstanceOf(client.InvalidNextToken);
      await expect(house.json.send(new client.ListMetricsCommand({ NextToken }))).rejects.toMatchObject({
        name: 'InvalidNextToken',
      });
    }
  });
});
