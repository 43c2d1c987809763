import { setImmediate } from 'node:timers/promises';
import type { Metrics } from '../metrics/metrics.ts';
import { tierFor } from '../metrics/tiers.ts';
import type { Alarm } from './alarm.ts';
import type { Alarms, Evaluated } from './alarms.ts';
import { dataFrom, endBefore, replay } from './replay.ts';

/** What the evaluation needs. */
export interface EvaluationOptions {
  readonly alarms: Alarms;
  readonly metrics: Metrics;
  readonly now: () => number;
  readonly isClosed: () => boolean;
}

/** Milliseconds after the end of a period until it is looked at: what is on its way may still arrive. */
export const LAG = 1_500;
/** What a stop of the process may have left out and is still looked at. */
const LONGEST_CATCH_UP = 86_400_000;
/** Alarms that were looked at and did not change are written down this often, ms; a repeat of less finds the same. */
const WRITE_EVERY = 600_000;
/** Alarms that are written together, and between two looks at what else is to be done. */
const STRIDE = 50;

/**
 * Evaluates each alarm from where it was last written down to now, and writes what changed. The same function runs every
 * ten seconds and after a crash: what was missed is found then, in order.
 */
export async function evaluateAll(options: EvaluationOptions): Promise<void> {
  const all = options.alarms.all();
  for (let at = 0; at < all.length && !options.isClosed(); at += STRIDE) {
    const found = all.slice(at, at + STRIDE).flatMap((alarm) => evaluateOne(alarm, options) ?? []);
    if (found.length > 0) await options.alarms.apply(found);
    else await setImmediate();
  }
}

/** Undefined when there is nothing to write down. */
function evaluateOne(alarm: Alarm, { metrics, now }: EvaluationOptions): Evaluated | undefined {
  const { rule } = alarm;
  const time = now();
  const to = endBefore(rule, time - LAG);
  const from = Math.max(alarm.evaluatedTo, to - LONGEST_CATCH_UP);
  if (to <= from) return undefined;
  const begin = dataFrom(rule, from);
  const points = metrics.read(alarm, alarm.metric, {
    step: tierFor(rule.period, time - begin),
    from: begin,
    to,
    ...(rule.unit !== undefined && { unit: rule.unit }),
  });
  const transitions = [...replay(rule, points, { from, to, state: alarm.state })];
  if (transitions.length === 0 && to - alarm.evaluatedTo < WRITE_EVERY) return undefined;
  return { alarm, transitions, evaluatedTo: to };
}
