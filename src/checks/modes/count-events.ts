import { guarded } from '../perl/guard.ts';
import { compilePattern } from '../perl/pattern.ts';
import { readEvent } from '../source/read-answer.ts';
import type { Mode } from './mode.ts';
import { checkThresholds, judge, thresholdOptions } from './thresholds.ts';
import { windowOf } from './window.ts';

/**
 * Counts events. With filters an event counts once when its type or its error message matches. Text and perfdata,
 * without thresholds in it, are those that Centreon's plugin has always had.
 */
export const countEvents: Mode = {
  name: 'countevents',
  introduction: 'Check cloudtrail events.',
  options: [
    { name: 'event-type', kind: 'value', text: 'Filter by event type.' },
    { name: 'error-message', kind: 'value', text: 'Filter on an error message pattern.' },
    { name: 'delta', kind: 'value', text: 'Time depth for search (minutes).' },
    ...thresholdOptions('count', 'the number of events'),
  ],
  check(options) {
    checkThresholds(options, 'count');
    const pattern = options.text('error-message');
    if (pattern !== undefined) compilePattern(pattern);
  },
  async run({ options, report, source, now, precision }) {
    const type = options.text('event-type');
    const message = options.text('error-message');
    const pattern = message === undefined ? undefined : compilePattern(message);
    const matches = (text: string) => {
      const event = readEvent(text);
      if (type === undefined && pattern === undefined) return true;
      if (type !== undefined && event.eventType === type) return true;
      const words = event.errorMessage;
      return pattern !== undefined && typeof words === 'string' && words !== '' && pattern.test(words);
    };
    let count = 0;
    for await (const page of (await source()).events(windowOf(options.get('delta'), now()))) {
      count += guarded(message ?? '', () => page.filter(matches)).length;
    }
    report.say(judge(options, 'count', count, precision), `Number of events: ${count.toFixed(2)}`);
    report.measure({ label: 'events_count', value: count.toFixed(2), min: 0 });
  },
};
