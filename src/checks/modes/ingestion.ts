import { keepCounters } from './kept-counters.ts';
import { fetchMetrics, sumOf } from './metrics-text.ts';
import type { Mode } from './mode.ts';
import { checkThresholds, judge, shownThresholds, thresholdOptions } from './thresholds.ts';

const COUNTERS = [
  ['accepted', 'opentrail_events_accepted_total'],
  ['duplicate', 'opentrail_events_duplicate_total'],
  ['refused', 'opentrail_events_refused_total'],
  ['dropped', 'opentrail_events_dropped_total'],
] as const;

/**
 * Whether opentrail takes events in, and how many it accepted, refused and dropped since the check before. The counters
 * of that check stand in a small file; the first check counts from the server's start.
 */
export const ingestion: Mode = {
  name: 'ingestion',
  introduction: "Check that events are accepted (opentrail's own metrics).",
  options: [
    {
      name: 'statefile-dir',
      kind: 'value',
      text: 'Directory of the file that keeps the counters between two checks (default: one of this user in the temporary directory).',
    },
    ...thresholdOptions('accepted', 'accepted events since the check before'),
    ...thresholdOptions('duplicate', 'events that were sent twice'),
    ...thresholdOptions('refused', 'refused events since the check before', { warning: '0' }),
    ...thresholdOptions('dropped', 'events that a trail had to give up', { critical: '0' }),
  ],
  check: (options) => checkThresholds(options, ...COUNTERS.map(([name]) => name)),
  async run({ options, report, fetchOwn, precision, env }) {
    const ready = await fetchOwn('/ready');
    if (ready.status !== 200) {
      report.say('CRITICAL', `Events are not accepted: ${reasonOf(ready.text) || `HTTP ${ready.status}`}`);
    }
    const samples = await fetchMetrics(fetchOwn);
    const started = sumOf(samples, 'process_start_time_seconds');
    const totals = new Map(COUNTERS.map(([name, metric]) => [name as string, sumOf(samples, metric)]));
    const key = `${options.text('endpoint-url') ?? options.text('endpoint') ?? env.AWS_ENDPOINT_URL ?? ''}`;
    const growth = keepCounters(options.text('statefile-dir'), key, { started, totals });
    for (const [name] of COUNTERS) {
      const count = growth.get(name)!;
      report.say(judge(options, name, count, precision), `${name}: ${count}`);
      report.measureOf(undefined, `opentrail.events.${name}.count`, {
        label: `events_${name}`,
        value: String(count),
        ...shownThresholds(options, name),
        min: 0,
      });
    }
  },
};

/** The server says why as JSON; a proxy in between may say anything. */
function reasonOf(text: string): string {
  try {
    const fields = JSON.parse(text) as Record<string, unknown>;
    return String(fields.message ?? fields.reason ?? '');
  } catch {
    return text.split('\n', 1)[0]!.slice(0, 200);
  }
}
