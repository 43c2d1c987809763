import { inTransaction, nextNumber } from '../../lmdb/index.ts';
import type { CloudWatchEnvironment, Series } from '../environment.ts';
import type { CloudWatchPlace } from '../place.ts';
import { type MetricDatum, type MetricId, type MetricPoint, type SeriesKey, seriesKey } from './metric.ts';
import { merge } from './statistic-set.ts';
import { TIERS, type TierStep } from './tiers.ts';

/** Data of a source that must not count twice: how far it has been taken is kept with the data itself. */
export interface NumberedData {
  /** The source's own, growing. */
  readonly number: number;
  readonly data: readonly MetricDatum[];
}

/** Which metrics to list, in the order of namespace and name. */
export interface MetricListing {
  readonly namespace?: string;
  readonly name?: string;
  /** Only those with data since then, ms since the epoch. */
  readonly activeSince: number;
  readonly matches: (metric: MetricId) => boolean;
  readonly after?: SeriesKey;
  readonly limit: number;
}

/** A bound on what hostile dimensions can make of one house. */
export const MAX_SERIES = 100_000;
const MINUTE = 60_000;

/** All metrics and their data. */
export class Metrics {
  readonly #env: CloudWatchEnvironment;
  readonly #maxSeries: number;
  #dropped = 0;

  constructor(env: CloudWatchEnvironment, maxSeries = MAX_SERIES) {
    this.#env = env;
    this.#maxSeries = maxSeries;
  }

  /** Data left out since the start, because there were too many metrics. */
  get dropped(): number {
    return this.#dropped;
  }

  /** How many metrics there are. */
  get size(): number {
    return this.#env.root.get('series-count') ?? 0;
  }

  /** How many metrics would be new. */
  countNew(metrics: Iterable<readonly [CloudWatchPlace, MetricId]>): number {
    const seen = new Set<string>();
    for (const [place, metric] of metrics) {
      const key = seriesKey(place, metric);
      if (!this.#env.series.doesExist(key)) seen.add(JSON.stringify(key));
    }
    return seen.size;
  }

  /** Could `count` metrics more be kept? */
  hasRoomFor(count: number): boolean {
    return count === 0 || this.size + count <= this.#maxSeries;
  }

  /** Adds data, durable on return. Data of metrics beyond the bound is left out and counted. */
  async put(data: readonly MetricDatum[]): Promise<void> {
    await inTransaction(this.#env.root, () => {
      for (const datum of data) this.#add(datum);
    });
  }

  /** The same for a source that may repeat itself: what has a number that was taken before is passed over. */
  async take(source: string, batch: readonly NumberedData[]): Promise<void> {
    const { marks } = this.#env;
    await inTransaction(this.#env.root, () => {
      let taken = marks.get(source) ?? 0;
      for (const { number, data } of batch) {
        if (number <= taken) continue;
        for (const datum of data) this.#add(datum);
        taken = number;
      }
      void marks.put(source, taken);
    });
  }

  #add(datum: MetricDatum): void {
    const series = this.#seriesOf(datum);
    if (!series) {
      this.#dropped++;
      return;
    }
    const { points } = this.#env;
    const minute = datum.time - (datum.time % MINUTE);
    if (datum.onlyIfFirst && this.#hasPoint(series, 60, minute)) return;
    for (const { step } of TIERS) {
      if (step < datum.resolution) continue;
      const time = datum.time - (datum.time % (step * 1_000));
      const key = [series.uid, step, time, datum.unit] as [number, number, number, string];
      const known = points.get(key);
      void points.put(key, known ? merge(known, datum.set) : datum.set);
    }
  }

  #hasPoint({ uid }: Series, step: TierStep, time: number): boolean {
    for (const _ of this.#env.points.getKeys({
      start: [uid, step, time, ''],
      end: [uid, step, time + 1, ''],
    }))
      return true;
    return false;
  }

  /** The series of a datum, made if it is new; undefined when there are too many. */
  #seriesOf(datum: MetricDatum): Series | undefined {
    const { root, series } = this.#env;
    const key = seriesKey(datum, datum.metric);
    const known = series.get(key);
    const lastAt = Math.max(known?.lastAt ?? 0, datum.time - (datum.time % MINUTE));
    if (known?.lastAt === lastAt) return known;
    if (!known) {
      if (!this.hasRoomFor(1)) return undefined;
      void root.put('series-count', this.size + 1);
    }
    const uid = known?.uid ?? nextNumber(this.#env.root, 'series');
    const made: Series = { uid, dimensions: datum.metric.dimensions, lastAt };
    void series.put(key, made);
    return made;
  }

  /** Data of a metric in steps of a tier that begin from `from` on and before `to` (ms), in order of time. */
  read(
    place: CloudWatchPlace,
    metric: MetricId,
    { step, from, to, unit }: { step: TierStep; from: number; to: number; unit?: string },
  ): readonly MetricPoint[] {
    const series = this.#env.series.get(seriesKey(place, metric));
    if (!series || from >= to) return [];
    const found: MetricPoint[] = [];
    const range = { start: [series.uid, step, from, ''], end: [series.uid, step, to, ''] } as const;
    for (const { key, value } of this.#env.points.getRange(range as never)) {
      const [, , time, ofUnit] = key;
      if (unit === undefined || unit === ofUnit) found.push({ time, unit: ofUnit, set: value });
    }
    return found;
  }

  /** Metrics of an account in a Region, with the key to go on after. */
  list(
    { account, region }: CloudWatchPlace,
    { namespace, name, activeSince, matches, after, limit }: MetricListing,
  ): readonly { readonly key: SeriesKey; readonly metric: MetricId }[] {
    const start = after ?? [account, region, namespace ?? '', (namespace !== undefined && name) || '', ''];
    const found: { key: SeriesKey; metric: MetricId }[] = [];
    for (const { key, value } of this.#env.series.getRange({ start: start as SeriesKey })) {
      const [ofAccount, ofRegion, ofNamespace, ofName] = key;
      if (ofAccount !== account || ofRegion !== region || found.length === limit) break;
      if (namespace !== undefined && ofNamespace !== namespace) break;
      if (after && key.every((part, index) => part === after[index])) continue;
      if ((name !== undefined && ofName !== name) || value.lastAt < activeSince) continue;
      const metric = { namespace: ofNamespace, name: ofName, dimensions: value.dimensions };
      if (matches(metric)) found.push({ key, metric });
    }
    return found;
  }
}
