import type * as client from '@aws-sdk/client-cloudwatch';
import {
  type MetricId,
  readPercentile,
  type SeriesKey,
  STATISTICS,
  statisticOf,
} from '../../../cloudwatch/index.ts';
import type { CloudWatchDependencies, CloudWatchHandlers } from '../dependencies.ts';
import { badCombination, badValue, invalid } from '../errors.ts';
import { readPeriods, roundedStart } from '../series.ts';
import { dimensionsOf, metricNameOf, namespaceOf, oneOf, readToken, tokenOf, unitOf } from '../values.ts';

const MAX_DATAPOINTS = 1_440;
const PAGE = 500;
const TWO_WEEKS = 14 * 86_400_000;

/** ListMetrics and GetMetricStatistics. */
export function readMetricHandlers({ cloudWatch, now }: CloudWatchDependencies): CloudWatchHandlers {
  return {
    async ListMetrics(input, call) {
      const { RecentlyActive, Dimensions: filters = [], NextToken } = input;
      if (RecentlyActive !== undefined) oneOf(RecentlyActive, 'recentlyActive', ['PT3H']);
      const after = readToken(NextToken, isSeriesKey);
      const found = cloudWatch.metrics.list(call, {
        ...(input.Namespace !== undefined && { namespace: namespaceOf(input.Namespace) }),
        ...(input.MetricName !== undefined && { name: metricNameOf(input.MetricName) }),
        activeSince: now() - (RecentlyActive === undefined ? TWO_WEEKS : 3 * 3_600_000),
        matches: ({ dimensions }) =>
          filters.every(({ Name, Value }) =>
            dimensions.some(({ name, value }) => name === Name && (Value === undefined || value === Value)),
          ),
        ...(after && { after }),
        limit: PAGE + 1,
      });
      const page = found.slice(0, PAGE);
      return {
        Metrics: page.map(({ metric }) => ({
          Namespace: metric.namespace,
          MetricName: metric.name,
          Dimensions: metric.dimensions.map(({ name, value }) => ({ Name: name, Value: value })),
        })),
        ...(found.length > PAGE && { NextToken: tokenOf(page.at(-1)!.key) }),
      };
    },

    async GetMetricStatistics(input, call) {
      const metric: MetricId = {
        namespace: namespaceOf(input.Namespace),
        name: metricNameOf(input.MetricName),
        dimensions: dimensionsOf(input.Dimensions),
      };
      const { Statistics: plain = [], ExtendedStatistics: extended = [], Period = 0 } = input;
      if (plain.length === 0 && extended.length === 0)
        throw badCombination(
          'At least one of the parameters Statistics and ExtendedStatistics must be specified.',
        );
      for (const name of plain) oneOf(name, 'statistics', STATISTICS);
      for (const name of extended)
        if (readPercentile(name) === undefined)
          throw badValue(
            `The value ${name.slice(0, 100)} for parameter ExtendedStatistics is not supported.`,
          );
      checkPeriod(Period);
      const unit = unitOf(input.Unit);
      const from = roundedStart(input.StartTime!.getTime(), Period, now());
      const to = input.EndTime!.getTime();
      if (input.StartTime!.getTime() >= to)
        throw badCombination('The parameter StartTime must be less than the parameter EndTime.');
      const wanted = Math.ceil((to - from) / (Period * 1_000));
      if (wanted > MAX_DATAPOINTS)
        throw badCombination(
          `You have requested up to ${wanted.toLocaleString('en-US')} datapoints, which exceeds the limit of 1,440. ` +
            'You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
        );
      const range = { from, to, period: Period, ...(unit !== undefined && { unit }) };
      const periods = readPeriods(cloudWatch, call, metric, range, now());
      const Datapoints = periods.map(({ time, unit: ofUnit, set }): client.Datapoint => {
        const percentiles = extended
          .map((name) => [name, statisticOf(set, name)] as const)
          .filter((entry): entry is [string, number] => entry[1] !== undefined);
        return {
          Timestamp: new Date(time),
          ...Object.fromEntries(plain.map((name) => [name, statisticOf(set, name)])),
          ...(percentiles.length > 0 && { ExtendedStatistics: Object.fromEntries(percentiles) }),
          Unit: ofUnit as client.StandardUnit,
        };
      });
      return { Label: metric.name, Datapoints };
    },
  };
}

/** 1, 5, 10, 20, 30 or a multiple of 60 seconds. */
export function checkPeriod(period: number): void {
  if (![1, 5, 10, 20, 30].includes(period) && (!Number.isInteger(period) || period < 60 || period % 60 !== 0))
    throw invalid('The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60');
}

function isSeriesKey(value: unknown): value is SeriesKey {
  return Array.isArray(value) && value.length === 5 && value.every((part) => typeof part === 'string');
}
