import type { CloudTrailRecord } from '../../event/index.ts';
import type { Journal, JournalEvent } from '../../journal/index.ts';
import {
  compileRule,
  decideEarly,
  type LoggingSpan,
  logGroupTargetOf,
  type Trail,
  type TrailLogGroup,
  TrailLogGroupError,
} from '../../trails/index.ts';
import type { LogGroupRecord } from './log-group-state.ts';

/** One append at most reads this much of the journal: bounds memory, and how long others wait for the log groups. */
const RANGE_BYTES = 1 << 20;

/** Larger records are not sent; https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudwatch-log-group-log-stream-naming-for-cloudtrail.html */
export const MAX_RECORD_BYTES = 256 * 1024;

/** An undeliverable event is kept this long, ms. */
const PATIENCE = 86_400_000;
/** A cursor that moved without a delivery is written down this often: a crash only costs looking again. */
const SAVE_CURSOR_EVENTS = 10_000;

/** What carrying needs of the house. */
export interface CarryDependencies {
  readonly journal: Journal;
  readonly logGroup: TrailLogGroup;
  readonly now: () => number;
  /** A trail whose log group does not take anything may hold back so many bytes of the journal. */
  readonly maxHeldBytes: number;
}

/**
 * Carries one trail forward by one range of the journal: read → match → append → commit. The append remembers the
 * journal's numbers, so that repeating it after a crash doubles nothing. Answers false when there is nothing to do.
 * @throws TrailLogGroupError when the log group did not take it; nothing is lost, call again.
 */
export async function carryNext(
  trail: Trail,
  record: LogGroupRecord,
  { journal, logGroup, now, maxHeldBytes }: CarryDependencies,
): Promise<boolean> {
  const { cursor } = record.value;
  const target = logGroupTargetOf(trail, { account: trail.account, region: trail.homeRegion });
  const span = mergeSpans(record.value.spans, trail.spans).find(({ to }) => to === null || to > cursor);
  if (!target || !span) return false;
  const range = await journal.read(Math.max(cursor, span.from), {
    maxBytes: RANGE_BYTES,
    ...(span.to === null ? {} : { to: span.to }),
  });
  if (range.events.length === 0) {
    if (span.to === null) return false;
    record.advance({ cursor: span.to, spans: unfinished(record, trail, span.to) });
    return true;
  }
  const next = range.next.seq;
  const spans = unfinished(record, trail, next);
  const wanted = matching(range.events, span);
  const fitting = wanted.filter(({ raw }) => raw.length <= MAX_RECORD_BYTES);
  if (wanted.length === 0) {
    record.advance({ cursor: next, spans });
    if (Math.floor(next / SAVE_CURSOR_EVENTS) > Math.floor(cursor / SAVE_CURSOR_EVENTS)) await record.save();
    return true;
  }
  const records = {
    trail: trail.uid,
    messages: fitting.map(({ raw }) => raw.toString()),
    numbers: fitting.map(({ seq }) => seq),
    next,
  };
  const source = { trailArn: trail.arn, account: trail.account, region: trail.homeRegion };
  let fresh: number;
  try {
    fresh = await logGroup.append(target, records, source);
  } catch (error) {
    const reason = hopeless(
      range.events.at(-1)!,
      journal.head().bytes - range.from.bytes,
      now(),
      maxHeldBytes,
    );
    // Only what was certainly not taken is given up: else it might be counted as lost, and stand there.
    if (reason === undefined || !(error instanceof TrailLogGroupError)) throw error;
    await record.save({
      cursor: next,
      spans,
      latestError: error.code,
      dropped: more(record, reason, wanted.length),
    });
    return true;
  }
  const { latestError: _gone, ...value } = record.value;
  record.replace({
    ...value,
    cursor: next,
    spans,
    latestTime: now(),
    delivered: value.delivered + fresh,
    dropped: more(record, 'too-large', wanted.length - fitting.length),
  });
  await record.save();
  return true;
}

/** The trail's own spans know better where one ends; those that it has let go of are kept. */
export function mergeSpans(
  kept: readonly LoggingSpan[],
  current: readonly LoggingSpan[],
): readonly LoggingSpan[] {
  const known = new Set(current.map(({ from }) => from));
  return [...kept.filter(({ from }) => !known.has(from)), ...current].sort((a, b) => a.from - b.from);
}

/** Spans that are not read to their end when the cursor stands at `cursor`; of the open one the trail tells. */
export function unfinished(record: LogGroupRecord, trail: Trail, cursor: number): readonly LoggingSpan[] {
  return mergeSpans(record.value.spans, trail.spans).filter(({ to }) => to !== null && to > cursor);
}

function matching(events: readonly JournalEvent[], { rule }: LoggingSpan): readonly JournalEvent[] {
  const early = decideEarly(rule);
  const matches = compileRule(rule);
  return events.filter(
    (event) => early(event) ?? matches(JSON.parse(event.raw.toString()) as CloudTrailRecord, event),
  );
}

/** Why events that the log group refuses are given up: the journal cannot wait for it any longer. */
function hopeless(
  { acceptedAt }: JournalEvent,
  heldBytes: number,
  now: number,
  maxHeldBytes: number,
): string | undefined {
  if (acceptedAt < now - PATIENCE) return 'expired';
  return heldBytes > maxHeldBytes ? 'overflow' : undefined;
}

function more({ value: { dropped } }: LogGroupRecord, reason: string, count: number) {
  return count === 0 ? dropped : { ...dropped, [reason]: (dropped[reason] ?? 0) + count };
}
