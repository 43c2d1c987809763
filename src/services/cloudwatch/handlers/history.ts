import type { HistoryPosition } from '../../../cloudwatch/index.ts';
import type { CloudWatchDependencies, CloudWatchHandlers } from '../dependencies.ts';
import { oneOf, readToken, textOf, tokenOf, within } from '../values.ts';

const TYPES = ['ConfigurationUpdate', 'StateUpdate', 'Action'] as const;

/** DescribeAlarmHistory. */
export function historyHandlers({ cloudWatch }: CloudWatchDependencies): CloudWatchHandlers {
  return {
    async DescribeAlarmHistory(input, call) {
      const limit = within(input.MaxRecords, 'maxRecords', 100, 50);
      const { AlarmName, AlarmTypes: types, HistoryItemType: type } = input;
      const after = readToken(input.NextToken, isPosition);
      if (types !== undefined && types.length > 0 && !types.includes('MetricAlarm'))
        return { AlarmHistoryItems: [] };
      const { items, next } = cloudWatch.history(call, {
        ...(AlarmName !== undefined && { alarm: textOf(AlarmName, 'AlarmName', 255) }),
        ...(type !== undefined && { type: oneOf(type, 'historyItemType', [...TYPES]) }),
        from: input.StartDate?.getTime() ?? 0,
        to: input.EndDate?.getTime() ?? Number.MAX_SAFE_INTEGER - 1,
        newestFirst: input.ScanBy !== 'TimestampAscending',
        ...(after && { after }),
        limit,
      });
      return {
        AlarmHistoryItems: items.map((item) => ({
          AlarmName: item.alarm,
          AlarmType: 'MetricAlarm' as const,
          Timestamp: new Date(item.time),
          HistoryItemType: item.type,
          HistorySummary: item.summary,
          HistoryData: item.data,
        })),
        ...(next && { NextToken: tokenOf(next) }),
      };
    },
  };
}

function isPosition(value: unknown): value is HistoryPosition {
  if (typeof value !== 'object' || value === null || !('time' in value) || !('seq' in value)) return false;
  return Number.isSafeInteger(value.time) && Number.isSafeInteger(value.seq);
}
