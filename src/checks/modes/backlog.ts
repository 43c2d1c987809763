import { guarded } from '../perl/guard.ts';
import { compilePattern } from '../perl/pattern.ts';
import { fetchMetrics, sumOf } from './metrics-text.ts';
import type { Mode } from './mode.ts';
import { checkThresholds, judge, shownThresholds, thresholdOptions } from './thresholds.ts';

/** Events that opentrail has accepted and not yet carried on: into the event history, and into the trails' files. */
export const backlog: Mode = {
  name: 'backlog',
  introduction: "Check how far delivery is behind (opentrail's own metrics).",
  options: [
    { name: 'filter-name', kind: 'value', text: 'Keep trails whose name matches the regexp.' },
    ...thresholdOptions('history', 'events that are not in the event history yet'),
    ...thresholdOptions('trail', 'events that a trail has not looked at yet'),
  ],
  check: (options) => checkThresholds(options, 'history', 'trail'),
  async run({ options, report, fetchOwn, precision }) {
    const samples = await fetchMetrics(fetchOwn);
    const history = sumOf(samples, 'opentrail_history_backlog_events');
    report.say(judge(options, 'history', history, precision), `History backlog: ${history} events`);
    report.measureOf(undefined, 'opentrail.history.backlog.count', {
      label: 'history_backlog',
      value: String(history),
      ...shownThresholds(options, 'history'),
      min: 0,
    });
    const filter = options.text('filter-name');
    const pattern = filter === undefined ? undefined : compilePattern(filter);
    for (const { name, labels, value } of samples) {
      const trail = labels.get('trail') ?? '';
      if (name !== 'opentrail_trail_backlog_events') continue;
      if (pattern && !guarded(filter!, () => pattern.test(trail))) continue;
      const severity = judge(options, 'trail', value, precision);
      const words = `Trail '${trail}' backlog: ${value} events`;
      if (severity === 'OK') report.detail(words);
      else report.say(severity, words);
      report.measureOf(trail, 'opentrail.trail.backlog.count', {
        label: 'trail_backlog',
        value: String(value),
        ...shownThresholds(options, 'trail'),
        min: 0,
      });
    }
  },
};
