import type { LoggingSpan, Trail, TrailRule } from './trail.ts';

/** Where a span begins or ends, and which account's trails collect. */
export interface SpanEdge {
  /** The journal's next sequence number. */
  readonly head: number;
  readonly collectorAccount?: string;
}

/** The rule by which a trail, as it stands now, takes events. */
export function ruleOf(trail: Trail, collectorAccount?: string): TrailRule {
  return {
    account: trail.account,
    ...(trail.account === collectorAccount ? { anyAccount: true } : {}),
    homeRegion: trail.homeRegion,
    multiRegion: trail.multiRegion,
    includeGlobalServiceEvents: trail.includeGlobalServiceEvents,
    recursiveLogging: trail.recursiveLogging,
    selectors: trail.selectors,
    insights: trail.insightSelectors.length > 0,
  };
}

/** The trail, logging from `head` on; unchanged when it already is. */
export function startedAt(trail: Trail, { head, collectorAccount }: SpanEdge, now: number): Trail {
  if (trail.isLogging) return trail;
  const spans = [
    ...closedAt(trail.spans, head),
    { from: head, to: null, session: { since: now, from: head }, rule: ruleOf(trail, collectorAccount) },
  ];
  return { ...trail, isLogging: true, startLoggingTime: now, spans };
}

/** The trail, stopped; delivery closes the open span, so that the StopLogging event is still inside. */
export function stopped(trail: Trail, now: number): Trail {
  if (!trail.isLogging) return trail;
  const spans = trail.spans.map((span) => (span.to === null ? { ...span, stopRequested: true } : span));
  return { ...trail, isLogging: false, stopLoggingTime: now, spans };
}

/**
 * The changed trail with its spans brought along: while it logs, another rule closes the open span at `head` and
 * opens the next there, so no event is taken by two rules and none by neither.
 */
export function withRuleFrom(changed: Trail, { head, collectorAccount }: SpanEdge): Trail {
  if (!changed.isLogging) return changed;
  const rule = ruleOf(changed, collectorAccount);
  const open = changed.spans.at(-1);
  if (open?.to === null && JSON.stringify(open.rule) === JSON.stringify(rule)) return changed;
  const next = { from: head, to: null, ...(open?.session && { session: open.session }), rule };
  return { ...changed, spans: [...closedAt(changed.spans, head), next] };
}

/** Spans with the open one, if any, ended before `to`; a span that held nothing vanishes. */
export function closedAt(spans: readonly LoggingSpan[], to: number): readonly LoggingSpan[] {
  return spans
    .map((span) => (span.to === null ? { ...span, to } : span))
    .filter((span) => span.to !== span.from);
}
