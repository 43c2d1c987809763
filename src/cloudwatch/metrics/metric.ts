import { createHash } from 'node:crypto';
import type { CloudWatchPlace } from '../place.ts';
import type { StatisticSet } from './statistic-set.ts';

/** A name and value that tell a metric from others of its name. */
export interface Dimension {
  readonly name: string;
  readonly value: string;
}

/** A metric: namespace, name, and the dimensions in the order of their names. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

/** Something measured. */
export interface MetricDatum extends CloudWatchPlace {
  readonly metric: MetricId;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly set: StatisticSet;
  /** `None` where there is none. */
  readonly unit: string;
  /** Seconds: 1 keeps each second apart for three hours; else it is minutes. */
  readonly resolution: 1 | 60;
  /** Only taken where its minute has nothing yet: the default value of a metric filter. */
  readonly onlyIfFirst?: boolean;
}

/** What was measured in one step of time. */
export interface MetricPoint {
  /** The step's beginning, ms since the epoch. */
  readonly time: number;
  readonly unit: string;
  readonly set: StatisticSet;
}

/** Where a metric is filed. Its dimensions may be longer than a key, so that their hash stands for them. */
export type SeriesKey = [
  account: string,
  region: string,
  namespace: string,
  name: string,
  dimensions: string,
];

/** The key of a metric. */
export function seriesKey(
  { account, region }: CloudWatchPlace,
  { namespace, name, dimensions }: MetricId,
): SeriesKey {
  const text = JSON.stringify(dimensions.map((one) => [one.name, one.value]));
  const hash = dimensions.length === 0 ? '' : createHash('sha256').update(text).digest('base64url');
  return [account, region, namespace, name, hash];
}

/** Dimensions in the one order that a metric is filed under. */
export function ordered(dimensions: readonly Dimension[]): readonly Dimension[] {
  return dimensions.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
