import { LogMessage } from '../filter-pattern/log-message.ts';
import { FilterPatternError } from '../filter-pattern/pattern-error.ts';
import type { LogGroup, MetricFilter, MetricTransformation, NewLogEvent } from '../log-group.ts';
import { type CompiledMetricFilter, compileMetricFilter, type Measured } from './compile-filter.ts';
import type { FilterPoint } from './filter-point.ts';

/** What an append's events come to; asked once it is known which of them are new. */
export type Metering = (isNew: (index: number) => boolean) => readonly FilterPoint[];

/** Totals since the start. */
export interface MeterCounters {
  /** Matches that made no data point: the event lacked the value's or a dimension's field. */
  withoutValue: number;
  /** Appends whose points were left out, because too many waited for the metrics. */
  droppedAppends: number;
}

const MAX_CACHED = 5_000;
const SECOND = 1_000;
const MINUTE = 60_000;

/** Runs the metric filters of groups over what is appended: each event's JSON is read once for all of them. */
export class Meter {
  readonly counters: MeterCounters = { withoutValue: 0, droppedAppends: 0 };
  readonly #cache = new Map<string, CompiledMetricFilter | undefined>();

  /** Undefined when the group has no filters. */
  measure(group: LogGroup, events: readonly NewLogEvent[]): Metering | undefined {
    const filters = group.metricFilters.map((filter) => ({ filter, compiled: this.#compiled(filter) }));
    if (filters.length === 0) return undefined;
    const matches = filters.map((): [index: number, measured: readonly (Measured | undefined)[]][] => []);
    for (const [index, event] of events.entries()) {
      const message = new LogMessage(event.message);
      for (const [at, { compiled }] of filters.entries())
        if (compiled?.matches(message)) matches[at]!.push([index, compiled.measure(message)]);
    }
    return (isNew) =>
      filters.flatMap(({ filter }, at) => {
        const fresh = matches[at]!.filter(([index]) => isNew(index));
        return filter.transformations.flatMap((transformation, part) => [
          ...this.#points(
            group,
            transformation,
            events,
            fresh.map(([index, all]) => [index, all[part]] as const),
          ),
          ...defaults(group, transformation, events, new Set(fresh.map(([index]) => index)), isNew),
        ]);
      });
  }

  /** One point for each second and each set of dimensions. */
  #points(
    group: LogGroup,
    transformation: MetricTransformation,
    events: readonly NewLogEvent[],
    matches: readonly (readonly [index: number, measured: Measured | undefined])[],
  ): Iterable<FilterPoint> {
    const points = new Map<string, { head: Omit<FilterPoint, 'values'>; counts: Map<number, number> }>();
    for (const [index, measured] of matches) {
      if (!measured) {
        this.counters.withoutValue++;
        continue;
      }
      const time = floored(events[index]!.time, SECOND);
      const { dimensions, value } = measured;
      const key = dimensions.length === 0 ? String(time) : JSON.stringify([time, dimensions]);
      const known = points.get(key) ?? {
        head: headOf(group, transformation, time, dimensions),
        counts: new Map(),
      };
      known.counts.set(value, (known.counts.get(value) ?? 0) + 1);
      points.set(key, known);
    }
    return [...points.values()].map(({ head, counts }) => ({ ...head, values: [...counts] }));
  }

  /** By text, not by name: the same pattern is often in many groups. */
  #compiled(filter: MetricFilter): CompiledMetricFilter | undefined {
    const key = JSON.stringify([
      filter.pattern,
      filter.transformations.map(({ metricValue, dimensions }) => [metricValue, dimensions]),
    ]);
    if (this.#cache.has(key)) return this.#cache.get(key);
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    const compiled = tryCompile(filter);
    this.#cache.set(key, compiled);
    return compiled;
  }
}

/** A filter of an older version may be one that is refused today: it matches nothing. */
function tryCompile(filter: MetricFilter): CompiledMetricFilter | undefined {
  try {
    return compileMetricFilter(filter);
  } catch (error) {
    if (error instanceof FilterPatternError) return undefined;
    throw error;
  }
}

/**
 * The default value for each minute in which events came and none of them matched. Whether another append brings a match
 * in the same minute is seen where the minute's data stands.
 */
function defaults(
  group: LogGroup,
  transformation: MetricTransformation,
  events: readonly NewLogEvent[],
  matched: ReadonlySet<number>,
  isNew: (index: number) => boolean,
): readonly FilterPoint[] {
  const { defaultValue } = transformation;
  if (defaultValue === undefined) return [];
  const minutes = new Map<number, boolean>();
  for (const [index, { time }] of events.entries()) {
    if (!isNew(index)) continue;
    const minute = floored(time, MINUTE);
    minutes.set(minute, (minutes.get(minute) ?? false) || matched.has(index));
  }
  return [...minutes]
    .filter(([, isMatched]) => !isMatched)
    .map(([minute]) => ({
      ...headOf(group, transformation, minute, []),
      values: [[defaultValue, 1]],
      isDefault: true,
    }));
}

function headOf(
  { account, region }: LogGroup,
  { metricNamespace, metricName, unit }: MetricTransformation,
  time: number,
  dimensions: FilterPoint['dimensions'],
): Omit<FilterPoint, 'values'> {
  return {
    account,
    region,
    namespace: metricNamespace,
    name: metricName,
    dimensions,
    ...(unit !== undefined && { unit }),
    time,
  };
}

function floored(time: number, step: number): number {
  return time - (time % step);
}
