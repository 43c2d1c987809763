import type * as client from '@aws-sdk/client-cloudwatch';
import type { CallContext } from '../../../aws/index.ts';
import { ServiceError } from '../../../aws/index.ts';
import { type MetricDatum, type StatisticSet, setOf, setOfValues } from '../../../cloudwatch/index.ts';
import type { CloudWatchDependencies, CloudWatchHandlers } from '../dependencies.ts';
import { badCombination, badValue, missing, notBuilt } from '../errors.ts';
import { dimensionsOf, metricNameOf, namespaceOf, unitOf } from '../values.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const MAX_DATA = 1_000;
const MAX_VALUES = 150;
const OLDEST = 14 * 86_400_000;
const NEWEST = 2 * 3_600_000;
/** 2 to the power of 360. */
const LARGEST = 2 ** 360;

/** PutMetricData: all or nothing. */
export function putMetricDataHandlers({
  cloudWatch,
  now,
  refusal,
}: CloudWatchDependencies): CloudWatchHandlers {
  return {
    async PutMetricData({ Namespace, MetricData, EntityMetricData }, call) {
      const namespace = namespaceOf(Namespace);
      if (EntityMetricData !== undefined && EntityMetricData.length > 0) throw notBuilt('EntityMetricData');
      if (MetricData === undefined || MetricData.length === 0) throw missing('MetricData');
      if (MetricData.length > MAX_DATA)
        throw badValue(`The collection MetricData must not have a size greater than ${MAX_DATA}.`);
      const data = MetricData.map((datum, index) =>
        datumOf(datum, `MetricData.member.${index + 1}`, namespace, call),
      );
      const reason = refusal?.();
      if (reason !== undefined) throw new ServiceError('InternalServiceError', reason);
      const { metrics } = cloudWatch;
      if (!metrics.hasRoomFor(metrics.countNew(data.map((datum) => [call, datum.metric]))))
        throw new ServiceError(
          'LimitExceeded',
          'The number of metrics that this server keeps has been reached.',
        );
      await metrics.put(data);
      return {};
    },
  };

  function datumOf(datum: client.MetricDatum, at: string, namespace: string, call: CallContext): MetricDatum {
    const time = datum.Timestamp?.getTime() ?? now();
    if (time < now() - OLDEST || time > now() + NEWEST)
      throw badValue(
        `The parameter ${at}.Timestamp must be within two weeks before and two hours after the current time.`,
      );
    const resolution = datum.StorageResolution ?? 60;
    if (resolution !== 1 && resolution !== 60)
      throw badValue(`The parameter ${at}.StorageResolution must be 1 or 60.`);
    return {
      account: call.account,
      region: call.region,
      metric: {
        namespace,
        name: metricNameOf(datum.MetricName),
        dimensions: dimensionsOf(datum.Dimensions),
      },
      time,
      set: setOfDatum(datum, at),
      unit: unitOf(datum.Unit) ?? 'None',
      resolution,
    };
  }
}

function setOfDatum(
  { Value, StatisticValues, Values, Counts }: client.MetricDatum,
  at: string,
): StatisticSet {
  const given = [Value, StatisticValues, Values].filter((one) => one !== undefined).length;
  if (given > 1)
    throw badCombination(
      `The parameters ${at}.Value, ${at}.Values and ${at}.StatisticValues are mutually exclusive.`,
    );
  if (Value !== undefined) return setOf(checked(Value, `${at}.Value`));
  if (StatisticValues !== undefined) return setOfStatistics(StatisticValues, `${at}.StatisticValues`);
  if (Values === undefined || Values.length === 0) throw missing(`${at}.Value`);
  if (Values.length > MAX_VALUES)
    throw badValue(`The collection ${at}.Values must not have a size greater than ${MAX_VALUES}.`);
  if (Counts !== undefined && Counts.length !== Values.length)
    throw badValue(`The parameters ${at}.Values and ${at}.Counts must have the same size.`);
  return setOfValues(
    Values.map((value, index) => {
      const count = Counts?.[index] ?? 1;
      if (!(count > 0)) throw badValue(`The parameter ${at}.Counts must be greater than 0.`);
      return [checked(value, `${at}.Values`), count] as const;
    }),
  );
}

function setOfStatistics(given: client.StatisticSet, at: string): StatisticSet {
  const count = given.SampleCount ?? Number.NaN;
  const [sum, min, max] = [given.Sum, given.Minimum, given.Maximum].map((value) =>
    checked(value ?? Number.NaN, at),
  );
  if (!(count > 0) || min! > max!)
    throw badValue(`The parameter ${at} is invalid: its values contradict each other.`);
  // Of a single value, or of several of the same, the values are known.
  const isOneValue = min === max || count === 1;
  return {
    count,
    sum: sum!,
    min: min!,
    max: max!,
    ...(isOneValue && { values: [[min!, count] as const] }),
  };
}

function checked(value: number, at: string): number {
  if (!Number.isFinite(value) || Math.abs(value) > LARGEST)
    throw badValue(`The value ${value} for parameter ${at} is invalid.`);
  // Tinier ones would be lost in sums; AWS makes nothing of them either.
  return value;
}
