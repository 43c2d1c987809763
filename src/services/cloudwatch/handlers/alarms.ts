import type * as client from '@aws-sdk/client-cloudwatch';
import { ServiceError } from '../../../aws/index.ts';
import type { Alarm } from '../../../cloudwatch/index.ts';
import { alarmSettings } from '../alarm-settings.ts';
import type { CloudWatchDependencies, CloudWatchHandlers } from '../dependencies.ts';
import { badCombination, notBuilt, unfit } from '../errors.ts';
import { shownAlarm } from '../shown.ts';
import { withTags } from '../tag-rules.ts';
import {
  dimensionsOf,
  isText,
  metricNameOf,
  namespaceOf,
  oneOf,
  readToken,
  textOf,
  tokenOf,
  unitOf,
  within,
} from '../values.ts';

const STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;
const MAX_NAMES = 100;

/** Alarms: made, shown, switched, deleted. */
export function alarmHandlers({ cloudWatch: { alarms } }: CloudWatchDependencies): CloudWatchHandlers {
  return {
    async PutMetricAlarm(input, call) {
      const settings = alarmSettings(input);
      await alarms.put(call, settings, withTags([], input.Tags ?? []));
      return {};
    },

    async DescribeAlarms(input: client.DescribeAlarmsCommandInput, call) {
      const limit = within(input.MaxRecords, 'maxRecords', 100, 50);
      if (input.ChildrenOfAlarmName !== undefined || input.ParentsOfAlarmName !== undefined)
        throw notBuilt('Listing the parents and children of composite alarms');
      const { AlarmNames: names, AlarmNamePrefix: prefix, AlarmTypes: types } = input;
      if (names !== undefined && names.length > 0 && prefix !== undefined)
        throw badCombination('The parameters AlarmNames and AlarmNamePrefix cannot be used together');
      const after = readToken(input.NextToken, isText);
      if (types !== undefined && types.length > 0 && !types.includes('MetricAlarm'))
        return { CompositeAlarms: [], MetricAlarms: [] };
      const listing = { ...(prefix !== undefined && { prefix }), ...(after !== undefined && { after }) };
      const all =
        names !== undefined && names.length > 0
          ? namesOf(names)
              .toSorted()
              .filter((name) => after === undefined || name > after)
              .map((name) => alarms.find(call, name))
          : alarms.list(call, listing);
      const found = all.filter((alarm) => alarm !== undefined && isWanted(alarm, input)) as Alarm[];
      const page = found.slice(0, limit);
      return {
        CompositeAlarms: [],
        MetricAlarms: page.map(shownAlarm),
        ...(found.length > limit && { NextToken: tokenOf(page.at(-1)!.name) }),
      };
    },

    async DescribeAlarmsForMetric(input, call) {
      const namespace = namespaceOf(input.Namespace);
      const name = metricNameOf(input.MetricName);
      const dimensions = JSON.stringify(dimensionsOf(input.Dimensions));
      const unit = unitOf(input.Unit);
      const found = alarms
        .list(call)
        .filter(
          ({ metric, rule }) =>
            metric.namespace === namespace &&
            metric.name === name &&
            JSON.stringify(metric.dimensions) === dimensions &&
            (input.Statistic === undefined || rule.statistic === input.Statistic) &&
            (input.ExtendedStatistic === undefined || rule.statistic === input.ExtendedStatistic) &&
            (input.Period === undefined || rule.period === input.Period) &&
            (unit === undefined || rule.unit === unit),
        );
      return { MetricAlarms: found.map(shownAlarm) };
    },

    async DeleteAlarms({ AlarmNames = [] }, call) {
      await alarms.delete(call, [...new Set(namesOf(AlarmNames))]);
      return {};
    },

    async SetAlarmState({ AlarmName, StateValue = '', StateReason = '', StateReasonData }, call) {
      const name = textOf(AlarmName, 'AlarmName', 255);
      const state = oneOf(StateValue, 'stateValue', STATES);
      if (StateReason.length > 1_023)
        throw unfit(StateReason, 'stateReason', 'Member must have length less than or equal to 1023');
      const reasonData =
        StateReasonData === undefined || StateReasonData === '' ? undefined : jsonOf(StateReasonData);
      await alarms.setState(call, name, {
        state,
        reason: StateReason,
        ...(reasonData !== undefined && { reasonData }),
      });
      return {};
    },

    async EnableAlarmActions({ AlarmNames = [] }, call) {
      await alarms.enableActions(call, namesOf(AlarmNames), true);
      return {};
    },

    async DisableAlarmActions({ AlarmNames = [] }, call) {
      await alarms.enableActions(call, namesOf(AlarmNames), false);
      return {};
    },
  };
}

function isWanted(
  { state, okActions, alarmActions, insufficientDataActions }: Alarm,
  { StateValue, ActionPrefix }: client.DescribeAlarmsCommandInput,
): boolean {
  if (StateValue !== undefined && state !== oneOf(StateValue, 'stateValue', STATES)) return false;
  if (ActionPrefix === undefined) return true;
  return [...okActions, ...alarmActions, ...insufficientDataActions].some((action) =>
    action.startsWith(ActionPrefix),
  );
}

function namesOf(names: readonly string[]): readonly string[] {
  if (names.length > MAX_NAMES)
    throw unfit(
      `[${names.length} names]`,
      'alarmNames',
      `Member must have length less than or equal to ${MAX_NAMES}`,
    );
  return names.map((name) => textOf(name, 'AlarmNames', 255));
}

/** It stands in the history as JSON, not as text. */
function jsonOf(text: string): string {
  if (text.length > 4_000)
    throw unfit(text, 'stateReasonData', 'Member must have length less than or equal to 4000');
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    throw new ServiceError('InvalidFormat', 'StateReasonData was not syntactically valid JSON');
  }
}
