import type * as client from '@aws-sdk/client-cloudwatch';
import {
  type AlarmRule,
  type AlarmSettings,
  COMPARISONS,
  MISSING_DATA,
  readPercentile,
  STATISTICS,
} from '../../cloudwatch/index.ts';
import { badCombination, badValue, invalid, missing, notBuilt, unfit } from './errors.ts';
import { dimensionsOf, metricNameOf, namespaceOf, oneOf, textOf, unitOf } from './values.ts';

const DAY = 86_400;
const MAX_ACTIONS = 5;

/**
 * PutMetricAlarm's rules: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 * @throws ServiceError
 */
export function alarmSettings(input: client.PutMetricAlarmCommandInput): AlarmSettings {
  const name = textOf(input.AlarmName, 'AlarmName', 255);
  if (input.Metrics !== undefined && input.Metrics.length > 0)
    throw notBuilt('An alarm on a metric math expression (Metrics)');
  if (input.ThresholdMetricId !== undefined) throw notBuilt('An anomaly detection alarm (ThresholdMetricId)');
  const description = input.AlarmDescription;
  if (description !== undefined && description.length > 1_024)
    throw unfit(description, 'alarmDescription', 'Member must have length less than or equal to 1024');
  const metric = {
    namespace: namespaceOf(input.Namespace),
    name: metricNameOf(input.MetricName),
    dimensions: dimensionsOf(input.Dimensions),
  };
  const treatment = input.TreatMissingData === undefined ? undefined : readTreatment(input.TreatMissingData);
  return {
    name,
    ...(description !== undefined && { description }),
    metric,
    rule: ruleOf(input),
    ...(treatment !== undefined && { treatMissingData: treatment }),
    actionsEnabled: input.ActionsEnabled ?? true,
    okActions: actionsOf(input.OKActions, 'oKActions'),
    alarmActions: actionsOf(input.AlarmActions, 'alarmActions'),
    insufficientDataActions: actionsOf(input.InsufficientDataActions, 'insufficientDataActions'),
  };
}

function ruleOf(input: client.PutMetricAlarmCommandInput): AlarmRule {
  const { EvaluationPeriods: periods, DatapointsToAlarm: datapoints, Threshold: threshold } = input;
  const statistic = statisticOf(input);
  const period = periodOf(input.Period);
  if (periods === undefined) throw missing('EvaluationPeriods');
  if (!Number.isInteger(periods) || periods < 1)
    throw unfit(periods, 'evaluationPeriods', 'Member must have value greater than or equal to 1');
  if (datapoints !== undefined && (!Number.isInteger(datapoints) || datapoints < 1))
    throw unfit(datapoints, 'datapointsToAlarm', 'Member must have value greater than or equal to 1');
  if (datapoints !== undefined && datapoints > periods)
    throw invalid('DatapointsToAlarm must be less than or equal to EvaluationPeriods');
  const [most, days] = period >= 3_600 ? [7 * DAY, '7 days'] : [DAY, 'a day'];
  if (period * periods > most)
    throw invalid(
      `Metrics cannot be checked across more than ${days} (EvaluationPeriods * Period must be <= ${most})`,
    );
  if (threshold === undefined) throw missing('Threshold');
  const low = input.EvaluateLowSampleCountPercentile;
  if (low !== undefined && readPercentile(statistic) === undefined)
    throw badCombination(
      'EvaluateLowSampleCountPercentile is only for alarms on a percentile (ExtendedStatistic)',
    );
  const unit = unitOf(input.Unit);
  return {
    statistic,
    period,
    evaluationPeriods: periods,
    ...(datapoints !== undefined && { datapointsToAlarm: datapoints }),
    threshold,
    comparison: comparisonOf(input.ComparisonOperator),
    missingData: input.TreatMissingData === undefined ? 'missing' : readTreatment(input.TreatMissingData),
    ...(low !== undefined && {
      lowSampleCount: oneOf(low, 'evaluateLowSampleCountPercentile', ['evaluate', 'ignore'] as const),
    }),
    ...(unit !== undefined && { unit }),
  };
}

function statisticOf({
  Statistic: plain,
  ExtendedStatistic: extended,
}: client.PutMetricAlarmCommandInput): string {
  if (plain !== undefined && extended !== undefined)
    throw badCombination('The parameters Statistic and ExtendedStatistic cannot be used together');
  if (extended === undefined) {
    if (plain === undefined) throw missing('Statistic');
    return oneOf(plain, 'statistic', STATISTICS);
  }
  if (readPercentile(extended) === undefined)
    throw badValue(
      `The value ${extended.slice(0, 100)} for parameter ExtendedStatistic is not supported: percentiles (p0 to p100) are.`,
    );
  return extended;
}

function comparisonOf(value: string | undefined) {
  if (value === undefined) throw missing('ComparisonOperator');
  if (
    [
      'LessThanLowerOrGreaterThanUpperThreshold',
      'LessThanLowerThreshold',
      'GreaterThanUpperThreshold',
    ].includes(value)
  )
    throw notBuilt(`The comparison ${value}, which needs anomaly detection,`);
  return oneOf(value, 'comparisonOperator', COMPARISONS);
}

function periodOf(period: number | undefined): number {
  if (period === undefined) throw missing('Period');
  if (![10, 20, 30].includes(period) && (!Number.isInteger(period) || period < 60 || period % 60 !== 0))
    throw invalid('Period must be 10, 20, 30 or a multiple of 60');
  return period;
}

function readTreatment(value: string) {
  if (!(MISSING_DATA as readonly string[]).includes(value))
    throw invalid(
      `The value ${value.slice(0, 100)} is not supported for TreatMissingData parameter. Supported values are [${MISSING_DATA.join(', ')}].`,
    );
  return value as (typeof MISSING_DATA)[number];
}

/** What an alarm can set off here: topics. Others would be promised and never happen. */
function actionsOf(given: readonly string[] = [], member: string): readonly string[] {
  if (given.length > MAX_ACTIONS)
    throw unfit(
      `[${given.length} actions]`,
      member,
      `Member must have length less than or equal to ${MAX_ACTIONS}`,
    );
  for (const action of given) {
    if (!/^arn:aws[a-z-]*:[a-z0-9-]+:/.test(action) || action.length > 1_024)
      throw invalid(`Invalid arn syntax: ${action.slice(0, 200)}`);
    if (!/^arn:aws[a-z-]*:sns:[a-z0-9-]{1,40}:\d{12}:[\w-]{1,256}$/.test(action))
      throw notBuilt(`The action ${action.slice(0, 200)}: only SNS topics are; it`);
  }
  return given;
}
