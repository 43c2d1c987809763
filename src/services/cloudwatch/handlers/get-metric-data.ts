import type * as client from '@aws-sdk/client-cloudwatch';
import type { CallContext } from '../../../aws/index.ts';
import { isStatistic, statisticOf } from '../../../cloudwatch/index.ts';
import type { CloudWatchDependencies, CloudWatchHandlers } from '../dependencies.ts';
import { badValue, invalid, missing } from '../errors.ts';
import { readPeriods, roundedStart } from '../series.ts';
import { dimensionsOf, metricNameOf, namespaceOf, readToken, tokenOf, unitOf, within } from '../values.ts';
import { checkPeriod } from './read-metrics.ts';

const MAX_QUERIES = 500;
const MAX_DATAPOINTS = 100_800;

/** Where a page of GetMetricData ended: in which query, before which of its values. */
type Place = readonly [query: number, value: number];

/** GetMetricData: metrics and statistics, no metric math. */
export function getMetricDataHandlers({ cloudWatch, now }: CloudWatchDependencies): CloudWatchHandlers {
  return {
    async GetMetricData(input, call) {
      const { MetricDataQueries: queries = [], StartTime, EndTime, ScanBy } = input;
      if (queries.length > MAX_QUERIES)
        throw invalid(`The collection MetricDataQueries must not have a size greater than ${MAX_QUERIES}.`);
      const from = StartTime!.getTime();
      const to = EndTime!.getTime();
      if (from >= to) throw invalid('The parameter StartTime must be less than the parameter EndTime.');
      const ids = new Set(queries.map(({ Id }) => Id));
      if (ids.size < queries.length)
        throw invalid('The parameter MetricDataQueries.Id contains a value that is not unique.');
      for (const query of queries) checkQuery(query);
      const most = within(input.MaxDatapoints, 'maxDatapoints', MAX_DATAPOINTS, MAX_DATAPOINTS);
      const [first, skip] = readToken<Place>(input.NextToken, isPlace) ?? [0, 0];
      const wanted = queries.filter(({ ReturnData = true }) => ReturnData);
      const results: client.MetricDataResult[] = [];
      let left = most;
      for (const [index, query] of wanted.entries()) {
        if (index < first) continue;
        const offset = index === first ? skip : 0;
        const values = valuesOf(query, from, to, call);
        if (ScanBy !== 'TimestampAscending') values.reverse();
        const page = values.slice(offset, offset + left);
        left -= page.length;
        const isWhole = offset + page.length === values.length;
        results.push({
          Id: query.Id,
          Label: query.Label ?? query.MetricStat!.Metric!.MetricName,
          Timestamps: page.map(({ time }) => new Date(time)),
          Values: page.map(({ value }) => value),
          StatusCode: isWhole ? 'Complete' : 'PartialData',
        });
        if (!isWhole || (left === 0 && index + 1 < wanted.length)) {
          const next: Place = isWhole ? [index + 1, 0] : [index, offset + page.length];
          return { MetricDataResults: results, NextToken: tokenOf(next), Messages: [] };
        }
      }
      return { MetricDataResults: results, Messages: [] };
    },
  };

  function valuesOf({ MetricStat }: client.MetricDataQuery, start: number, to: number, call: CallContext) {
    const { Metric, Period = 0, Stat = '', Unit } = MetricStat!;
    const metric = {
      namespace: namespaceOf(Metric!.Namespace),
      name: metricNameOf(Metric!.MetricName),
      dimensions: dimensionsOf(Metric!.Dimensions),
    };
    const unit = unitOf(Unit);
    const from = roundedStart(start, Period, now());
    if ((to - from) / (Period * 1_000) > MAX_DATAPOINTS)
      throw invalid(`A metric may have at most ${MAX_DATAPOINTS} datapoints in one request`);
    const range = { from, to, period: Period, ...(unit !== undefined && { unit }) };
    return readPeriods(cloudWatch, call, metric, range, now()).flatMap(({ time, set }) => {
      const value = statisticOf(set, Stat);
      return value === undefined ? [] : [{ time, value }];
    });
  }
}

function checkQuery({ Id = '', MetricStat, Expression }: client.MetricDataQuery): void {
  if (!/^[a-z][a-zA-Z0-9_]{0,254}$/.test(Id))
    throw invalid(
      `The value ${Id.slice(0, 100)} for parameter MetricDataQueries.Id is not matching ^[a-z][a-zA-Z0-9_]*$`,
    );
  if (Expression !== undefined)
    throw invalid(
      `Error in expression '${Id}': metric math and SQL are not built in this version of opentrail; ask for metrics (MetricStat)`,
    );
  if (!MetricStat) throw missing('MetricDataQueries.MetricStat');
  if (!MetricStat.Metric) throw missing('MetricDataQueries.MetricStat.Metric');
  checkPeriod(MetricStat.Period ?? 0);
  if (!isStatistic(MetricStat.Stat ?? ''))
    throw badValue(
      `The value ${String(MetricStat.Stat).slice(0, 100)} for parameter MetricDataQueries.MetricStat.Stat is not supported.`,
    );
}

function isPlace(value: unknown): value is Place {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((part) => Number.isSafeInteger(part) && part >= 0)
  );
}
