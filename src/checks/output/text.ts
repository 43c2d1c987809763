import { toText } from '../perl/number.ts';
import type { Severity } from '../severity.ts';
import { labelled, type Shown } from './shown.ts';

const PROBLEMS: readonly Severity[] = ['CRITICAL', 'WARNING', 'UNKNOWN'];

/**
 * What stands before the `|`: the messages of each state joined by ` - `, the worst first, each state followed by a
 * space. Good news only when there is nothing else.
 */
export function shortText(shown: Shown): string {
  const textOf = (severity: Severity) =>
    shown.messages
      .filter((message) => message.severity === severity)
      .map(({ text }) => text)
      .join(' - ');
  const parts = PROBLEMS.filter((severity) =>
    shown.messages.some((message) => message.severity === severity),
  ).map((severity) => `${labelled(shown, severity, textOf(severity))} `);
  if (shown.severity === 'OK') parts.push(`${labelled(shown, 'OK', textOf('OK'))} `);
  return parts.join('');
}

/** The plain text that monitoring systems read, with `short` as its first part. */
export function renderText(shown: Shown, short: string): string {
  const perfdata = shown.perfdata.map((one) => {
    const { label, value, unit, warning, critical, min, max } = one;
    return ` '${label}'=${toText(value)}${unit};${[warning, critical, min, max].map(toText).join(';')}`;
  });
  const first = short + (perfdata.length > 0 ? `|${perfdata.join('')}` : '');
  return `${[first, ...shown.details].join('\n')}\n`;
}
