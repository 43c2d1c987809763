import { CheckFailure } from '../failure.ts';
import type { OptionValues } from '../options/option-values.ts';
import { plainWords } from '../output/plain-words.ts';
import { guarded } from '../perl/guard.ts';
import { compilePattern } from '../perl/pattern.ts';
import { readEvent } from '../source/read-answer.ts';
import type { Mode } from './mode.ts';
import {
  BUILT_IN_NAMES,
  builtInPattern,
  matchesPattern,
  readPattern,
  type SuspiciousPattern,
  textAt,
} from './suspicious-patterns.ts';
import { checkThresholds, judge, shownThresholds, thresholdOptions } from './thresholds.ts';
import { windowOf } from './window.ts';

/** Events that are listed in the details; more would be no message any more. */
const LISTED = 20;

/** Counts events of suspicious kinds within the last minutes. */
export const suspicious: Mode = {
  name: 'suspicious',
  introduction: 'Check for suspicious events.',
  options: [
    {
      name: 'delta',
      kind: 'value',
      default: '60',
      text: 'Time depth for search in minutes (default: 60).',
    },
    {
      name: 'builtin',
      kind: 'value',
      text: `Patterns that come along, separated by commas (default: all, or none when --pattern is given): ${BUILT_IN_NAMES.join(', ')}.`,
    },
    {
      name: 'pattern',
      kind: 'list',
      text: "A pattern of your own (multiple options): --pattern='name:field=regexp,field=regexp'. Example: --pattern='night-shift:userIdentity.userName=^bob$,eventName=^Delete'.",
    },
    {
      name: 'ignore-user',
      kind: 'value',
      text: 'Leave out events whose userIdentity.arn matches the regexp.',
    },
    ...thresholdOptions('suspicious', 'the number of suspicious events', { warning: '0' }),
  ],
  check(options) {
    checkThresholds(options, 'suspicious');
    readPatterns(options);
    if (!/^\d+(\.\d+)?$/.test(options.get('delta') ?? '')) {
      throw new CheckFailure(`Wrong delta option '${options.get('delta')}' (minutes)`);
    }
  },
  async run({ options, report, source, now, precision }) {
    const patterns = readPatterns(options);
    const ignored = options.text('ignore-user');
    const ignore = ignored === undefined ? undefined : compilePattern(ignored);
    const counts = new Map(patterns.map(({ name }) => [name, 0]));
    let total = 0;
    const look = (text: string) => {
      const event = readEvent(text);
      if (ignore?.test(textAt(event, ['userIdentity', 'arn']) ?? '')) return;
      const found = patterns.filter((pattern) => matchesPattern(event, pattern)).map(({ name }) => name);
      if (found.length === 0) return;
      for (const name of found) counts.set(name, counts.get(name)! + 1);
      if (++total <= LISTED) report.detail(describe(event, found));
    };
    const sources = [ignored, ...patterns.flatMap(({ conditions }) => conditions.map((one) => one.source))];
    const words = sources.filter((one) => one !== undefined).join(' ');
    for await (const page of (await source()).events(windowOf(options.get('delta'), now()))) {
      guarded(words, () => page.forEach(look));
    }
    if (total > LISTED) report.detail(`… and ${total - LISTED} more`);
    const kinds = [...counts].filter(([, count]) => count > 0).map(([name, count]) => `${name}: ${count}`);
    const severity = judge(options, 'suspicious', total, precision);
    report.say(severity, `Suspicious events: ${total}${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}`);
    report.measureOf(undefined, 'cloudtrail.events.suspicious.count', {
      label: 'suspicious_events',
      value: String(total),
      ...shownThresholds(options, 'suspicious'),
      min: 0,
    });
    for (const [name, count] of counts) {
      report.measureOf(name, 'cloudtrail.events.suspicious.kind.count', {
        label: 'suspicious',
        value: String(count),
        min: 0,
      });
    }
  },
};

function readPatterns(options: OptionValues): readonly SuspiciousPattern[] {
  const own = options.list('pattern').map(readPattern);
  const names = options.text('builtin')?.split(',') ?? (own.length > 0 ? [] : BUILT_IN_NAMES);
  return [...names.map((name) => builtInPattern(name.trim())), ...own];
}

function describe(event: unknown, kinds: readonly string[]): string {
  const at = (...path: string[]) => plainWords(textAt(event, path) ?? '-', 200);
  const who =
    textAt(event, ['userIdentity', 'arn']) === undefined
      ? at('userIdentity', 'type')
      : at('userIdentity', 'arn');
  return `${at('eventTime')} ${at('eventName')} by ${who} from ${at('sourceIPAddress')} (${kinds.join(', ')})`;
}
