import type { CheckFailure } from '../failure.ts';
import { applyChanges } from '../perfdata/change.ts';
import { explodeMaxima } from '../perfdata/explode.ts';
import { filterPerfdata } from '../perfdata/filter.ts';
import { perfdataOf } from '../perfdata/perfdata.ts';
import { evaluate } from '../perl/expression.ts';
import { isTrue, type Scalar } from '../perl/number.ts';
import { substitute } from '../perl/substitute.ts';
import { EXIT_CODES, type Severity, severityNamed } from '../severity.ts';
import { renderOpenMetrics, statusValue } from './openmetrics.ts';
import type { OutputSettings } from './output-settings.ts';
import type { Report } from './report.ts';
import type { Shown } from './shown.ts';
import { renderJson, renderXml } from './structured.ts';
import { renderText, shortText } from './text.ts';

/** What the process prints, and how it ends. */
export interface Rendered {
  readonly text: string;
  readonly exitCode: number;
}

/** A result. `list` shows details and neither label nor perfdata: for modes that list things. */
export function renderResult(
  report: Report,
  settings: OutputSettings,
  now: number,
  how: { readonly list?: boolean } = {},
): Rendered {
  const severity = report.severity;
  const status = perfdataOf(
    { label: 'plugin.mode.status', value: statusValue({ severity }) },
    report.mode ?? '',
  );
  const measured = settings.withStatus ? [...report.perfdata, status] : report.perfdata;
  const withDetails = settings.verbose || settings.debug || how.list === true;
  const shown: Shown = {
    plugin: report.plugin,
    mode: report.mode,
    state: severity,
    severity,
    withLabel: settings.withLabel && how.list !== true,
    messages: report.messages,
    details: withDetails ? changeLong(report.details, settings) : [],
    perfdata:
      settings.withPerfdata && how.list !== true
        ? filterPerfdata(
            explodeMaxima(applyChanges(measured, settings.changes), settings.explosion, report.mode ?? ''),
            settings.filter,
          )
        : [],
  };
  return write(shown, settings, now, severity);
}

/** The end of a run that has no result: `UNKNOWN: why`, with the exit code of `--opt-exit`. */
export function renderFailure(
  report: Report,
  settings: OutputSettings,
  failure: CheckFailure,
  now: number,
): Rendered {
  const state = failure.severity === undefined ? settings.failureState : failure.severity.toLowerCase();
  const severity = severityNamed(state) ?? 'UNKNOWN';
  const message = failure.message === '' ? [] : [{ severity, text: failure.message }];
  const shown: Shown = {
    plugin: report.plugin,
    mode: report.mode,
    state: settings.format === 'text' ? severity : state,
    severity,
    withLabel: settings.withLabel && !failure.plain,
    messages: message,
    details: [...failure.details, ...report.details],
    perfdata: [],
  };
  return write(shown, settings, now, severity);
}

function write(shown: Shown, settings: OutputSettings, now: number, severity: Severity): Rendered {
  const rendered = (text: string, changed = severity): Rendered => ({
    text,
    exitCode: EXIT_CODES.get(settings.exitChanges.get(changed) ?? changed)!,
  });
  switch (settings.format) {
    case 'json':
      return rendered(renderJson(shown));
    case 'xml':
      return rendered(renderXml(shown));
    case 'openmetrics':
      return rendered(renderOpenMetrics(shown, now, settings.strictMetrics));
    default: {
      const { short, changed } = changeShort(shown, settings, severity);
      return rendered(renderText(shown, short), changed);
    }
  }
}

/** The first line after `--change-short-output` and `--change-output-adv`, and the state that decides the exit code. */
function changeShort(
  shown: Shown,
  settings: OutputSettings,
  severity: Severity,
): { readonly short: string; readonly changed: Severity } {
  let short = applySubstitutions(shortText(shown), settings.shortChanges);
  let changed = severity;
  for (const rule of settings.rules) {
    const variables = new Map<string, Scalar>([
      ['short_output', short],
      ['exit_code', EXIT_CODES.get(severity)!],
    ]);
    if (!isTrue(evaluate(rule.condition, variables))) continue;
    short = rule.text ?? short;
    changed = rule.severity ?? changed;
  }
  return { short, changed };
}

function changeLong(details: readonly string[], settings: OutputSettings): readonly string[] {
  if (settings.longChanges.length === 0) return details;
  const changed = applySubstitutions(details.join('\n'), settings.longChanges);
  return changed === '' ? [] : changed.replace(/\n+$/, '').split('\n');
}

/** Each `pattern~replacement~modifiers` in turn. @throws CheckFailure for a pattern that is none */
function applySubstitutions(text: string, changes: readonly string[]): string {
  return changes.reduce((current, change) => {
    const [pattern = '', replacement = '', modifiers = ''] = change.split('~');
    return substitute(current, pattern, replacement, modifiers);
  }, text);
}
