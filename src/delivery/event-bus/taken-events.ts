import type { CloudTrailRecord } from '../../event/index.ts';
import type { JournalEvent } from '../../journal/index.ts';
import { compileRule, decideEarly, type Trail, type TrailRule } from '../../trails/index.ts';

/** An event that some trail takes, with its record parsed. */
export interface TakenEvent
  extends Pick<JournalEvent, 'account' | 'region' | 'eventId' | 'time' | 'category' | 'raw'> {
  readonly record: CloudTrailRecord;
}

type Decision = ReturnType<typeof decideEarly>;
type Match = ReturnType<typeof compileRule>;

/** Compiled once: rules are kept as the same objects as long as nobody changes the trail. */
const compiled = new WeakMap<TrailRule, { readonly early: Decision; readonly matches: Match }>();

/** Those of the events that are wanted and that at least one trail takes, each once, however many trails do. */
export function takenEvents(
  events: readonly JournalEvent[],
  trails: readonly Trail[],
  wants: (account: string, region: string) => boolean,
): readonly TakenEvent[] {
  const spans = trails.flatMap((trail) => trail.spans);
  return events.flatMap((event): TakenEvent[] => {
    if (!wants(event.account, event.region)) return [];
    const covering = spans.filter(({ from, to }) => from <= event.seq && (to === null || event.seq < to));
    if (covering.length === 0) return [];
    const record = JSON.parse(event.raw.toString()) as CloudTrailRecord;
    const isTaken = covering.some(({ rule }) => {
      const { early, matches } = matcherOf(rule);
      return early(event) ?? matches(record, event);
    });
    if (!isTaken) return [];
    const { account, region, eventId, time, category, raw } = event;
    return [{ account, region, eventId, time, category, raw, record }];
  });
}

function matcherOf(rule: TrailRule) {
  let matcher = compiled.get(rule);
  if (!matcher) {
    matcher = { early: decideEarly(rule), matches: compileRule(rule) };
    compiled.set(rule, matcher);
  }
  return matcher;
}
