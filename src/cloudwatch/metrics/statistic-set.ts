/** What a metric's values in one stretch of time come to. */
export interface StatisticSet {
  /** How many values; may be a fraction, as weights are allowed. */
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /**
   * The values and how often each came, ascending: what percentiles need. Absent where only sums were handed in. More
   * than 128 different values are brought together to steps of one per cent, and then to coarser ones.
   */
  readonly values?: readonly (readonly [value: number, count: number])[];
}

const MAX_DISTINCT = 128;
const FIRST_STEP = 0.01;

/** The set of one value that came `count` times. */
export function setOf(value: number, count = 1): StatisticSet {
  return { count, sum: value * count, min: value, max: value, values: [[value, count]] };
}

/** Two sets as one. */
export function merge(a: StatisticSet, b: StatisticSet): StatisticSet {
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    ...(a.values && b.values && { values: mergeValues(a.values, b.values) }),
  };
}

type Values = NonNullable<StatisticSet['values']>;

function mergeValues(a: Values, b: Values): Values {
  const counts = new Map(a);
  for (const [value, count] of b) counts.set(value, (counts.get(value) ?? 0) + count);
  return sorted(bounded(counts));
}

/** A set of many values. */
export function setOfValues(values: Values): StatisticSet {
  const counts = new Map<number, number>();
  let [count, sum] = [0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [value, times] of values) {
    counts.set(value, (counts.get(value) ?? 0) + times);
    count += times;
    sum += value * times;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { count, sum, min, max, values: sorted(bounded(counts)) };
}

function bounded(counts: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  let current = counts;
  for (let step = FIRST_STEP; current.size > MAX_DISTINCT; step *= 2) {
    const coarser = new Map<number, number>();
    for (const [value, count] of current) {
      const near = rounded(value, step);
      coarser.set(near, (coarser.get(near) ?? 0) + count);
    }
    current = coarser;
  }
  return current;
}

/** To the nearest power of `e^step`, with its sign. */
function rounded(value: number, step: number): number {
  if (value === 0) return 0;
  return Math.sign(value) * Math.exp(Math.round(Math.log(Math.abs(value)) / step) * step);
}

function sorted(counts: ReadonlyMap<number, number>): Values {
  return [...counts].sort(([a], [b]) => a - b);
}
