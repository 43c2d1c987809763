import { type AlarmRule, replay, type Transition } from '../../cloudwatch/index.ts';
import type { PastEvent, PastRange } from './history.ts';
import type { PointCollector } from './points.ts';
import { type Sample, sampleOf } from './tally.ts';

/** One time that the alarm would have fired. */
export interface Firing {
  /** When it would have gone to ALARM, and when out of it again; absent: not within the range. ms since the epoch. */
  readonly at: number;
  readonly until?: number;
  readonly reason: string;
  /** Matching events of the periods that made it fire. */
  readonly events: number;
  readonly samples: readonly Sample[];
}

/** Matching events that are kept, to show what an alarm fired on; those beyond are counted by their points alone. */
const MAX_KEPT = 100_000;

/** Keeps matching events in the order of their times. */
export class MatchLog {
  readonly #kept: Sample[] = [];
  isWhole = true;

  add(event: PastEvent): void {
    if (this.#kept.length < MAX_KEPT) this.#kept.push(sampleOf(event));
    else this.isWhole = false;
  }

  /** From `from` (inclusive) to `to` (exclusive). */
  between(from: number, to: number): readonly Sample[] {
    return this.#kept.slice(this.#firstFrom(from), this.#firstFrom(to));
  }

  #firstFrom(time: number): number {
    let [low, high] = [0, this.#kept.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#kept[middle]!.time < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Runs the rule over the collected points as the server would have. */
export function fireOver(
  rule: AlarmRule,
  collected: PointCollector,
  log: MatchLog,
  { start, end }: PastRange,
  sampleCount: number,
): readonly Firing[] {
  const firings: Firing[] = [];
  let open: Transition | undefined;
  const close = (until?: number) => {
    if (!open) return;
    const window = rule.period * 1_000 * rule.evaluationPeriods;
    const events = log.between(open.at - window, open.at);
    firings.push({
      at: open.at,
      ...(until !== undefined && { until }),
      reason: open.reason,
      events: events.length,
      samples: events.slice(-sampleCount).toReversed(),
    });
    open = undefined;
  };
  // A quiet alarm stands before the range; what happened earlier is not looked at.
  for (const transition of replay(rule, collected.points, { from: start, to: end, state: 'OK' })) {
    if (transition.state === 'ALARM') open = transition;
    else close(transition.at);
  }
  close();
  return firings;
}
