import { DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import {
  type AlarmRule,
  COMPARISONS,
  type Comparison,
  isStatistic,
  MISSING_DATA,
  type MissingData,
} from '../../cloudwatch/index.ts';
import { ask } from '../ask.ts';
import type { CisClients } from '../cis/clients.ts';
import { CliError } from '../context.ts';
import { type ChosenFilter, chooseFilter, type FilterChoice, findFilters } from './pattern-choice.ts';

/** An alarm to rehearse: its rule, and the filters that feed its metric. */
export interface ChosenAlarm {
  readonly name: string;
  readonly rule: AlarmRule;
  readonly filters: readonly ChosenFilter[];
}

/** Ways to name an alarm: one that is there, or a filter with the numbers of a rule. */
export interface AlarmChoice extends FilterChoice {
  readonly alarm?: string;
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm?: number;
  readonly threshold: number;
  readonly statistic: string;
  readonly comparison: Comparison;
  readonly treatMissingData: MissingData;
}

/** The alarm that the options mean. @throws CliError */
export async function chooseAlarm(choice: AlarmChoice, clients: () => CisClients): Promise<ChosenAlarm> {
  if (choice.alarm !== undefined) {
    if ([choice.pattern, choice.cis, choice.filter].some((one) => one !== undefined))
      throw new CliError('--alarm brings its own filter', { exitCode: 2 });
    return await readAlarm(choice.alarm, clients());
  }
  const filter = await chooseFilter(choice, clients);
  if (!isStatistic(choice.statistic))
    throw new CliError(`there is no statistic ${choice.statistic}`, { exitCode: 2 });
  return {
    name: filter.name,
    filters: [filter],
    rule: {
      statistic: choice.statistic,
      period: choice.period,
      evaluationPeriods: choice.evaluationPeriods,
      ...(choice.datapointsToAlarm !== undefined && { datapointsToAlarm: choice.datapointsToAlarm }),
      threshold: choice.threshold,
      comparison: choice.comparison,
      missingData: choice.treatMissingData,
    },
  };
}

async function readAlarm(name: string, clients: CisClients): Promise<ChosenAlarm> {
  const question = new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['MetricAlarm'] });
  const { MetricAlarms: [alarm] = [] } = await ask('DescribeAlarms', clients.alarms.send(question));
  if (!alarm) throw new CliError(`there is no alarm ${name}`);
  const { MetricName: metricName, Namespace: metricNamespace } = alarm;
  if (metricName === undefined || metricNamespace === undefined)
    throw new CliError(`the alarm ${name} looks at more than one metric, which cannot be rehearsed`);
  const { filters } = await findFilters(clients, { metricName, metricNamespace });
  if (filters.length === 0)
    throw new CliError(`no metric filter feeds ${metricNamespace} ${metricName}: nothing can be rehearsed`);
  return { name, rule: ruleOf(alarm, name), filters };
}

function ruleOf(alarm: MetricAlarm, name: string): AlarmRule {
  const statistic = alarm.Statistic ?? alarm.ExtendedStatistic ?? 'Sum';
  const comparison = COMPARISONS.find((one) => one === alarm.ComparisonOperator);
  if (!comparison)
    throw new CliError(
      `the alarm ${name} compares by ${alarm.ComparisonOperator}, which cannot be rehearsed`,
    );
  return {
    statistic,
    period: alarm.Period ?? 300,
    evaluationPeriods: alarm.EvaluationPeriods ?? 1,
    ...(alarm.DatapointsToAlarm !== undefined && { datapointsToAlarm: alarm.DatapointsToAlarm }),
    threshold: alarm.Threshold ?? 0,
    comparison,
    missingData: MISSING_DATA.find((one) => one === alarm.TreatMissingData) ?? 'missing',
  };
}
