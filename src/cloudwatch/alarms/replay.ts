import type { MetricPoint } from '../metrics/metric.ts';
import type { AlarmRule, AlarmState } from './alarm.ts';
import { firstFrom, rangeOf, stepOf } from './datapoints.ts';
import { evaluate, type Verdict } from './evaluate.ts';

/** A change of state. */
export interface Transition extends Verdict {
  readonly from: AlarmState;
  /** The end of the stretch of time that showed it, ms since the epoch. */
  readonly at: number;
}

/** The last end of a stretch of time that lies not after `time`. */
export function endBefore(rule: AlarmRule, time: number): number {
  return time - (time % stepOf(rule));
}

/** From when on data is needed to evaluate what ends after `from`. */
export function dataFrom(rule: AlarmRule, from: number): number {
  return from - rangeOf(rule) * rule.period * 1_000;
}

/**
 * Evaluates a rule at every end after `from` up to `to` (both ends of steps, ms since the epoch), as if it had run all
 * the time, and tells each change of state. This is how alarms run live (one step), how they catch up after a stop, and
 * how a rehearsal runs over history. `points` are in order of time and reach back to `dataFrom(rule, from)`.
 */
export function* replay(
  rule: AlarmRule,
  points: readonly MetricPoint[],
  { from, to, state: initial }: { readonly from: number; readonly to: number; readonly state: AlarmState },
): Iterable<Transition> {
  const step = stepOf(rule);
  let state = initial;
  let end = endBefore(rule, from) + step;
  while (end <= to) {
    const verdict = evaluate(rule, points, end, state);
    if (verdict && verdict.state !== state) {
      yield { ...verdict, from: state, at: end };
      state = verdict.state;
    }
    end = nextEnd(end);
  }

  /** Where nothing came, nothing changes until something comes. */
  function nextEnd(current: number): number {
    const next = current + step;
    const first = firstFrom(points, dataFrom(rule, current));
    const { time } = points[first] ?? { time: Number.POSITIVE_INFINITY };
    if (time < next) return next;
    if (!Number.isFinite(time)) return Math.max(next, to + 1);
    // The first end after the point that comes next.
    return Math.max(next, endBefore(rule, time) + step);
  }
}
