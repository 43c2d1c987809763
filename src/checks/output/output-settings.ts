import { CheckFailure } from '../failure.ts';
import type { OptionValues } from '../options/option-values.ts';
import { type PerfdataChange, readChange } from '../perfdata/change.ts';
import { type Explosion, readExplosion } from '../perfdata/explode.ts';
import type { PerfdataFilter } from '../perfdata/filter.ts';
import { type Severity, severityNamed } from '../severity.ts';

/** A condition that replaces text or exit code. */
export interface OutputRule {
  readonly condition: string;
  readonly text: string | undefined;
  readonly severity: Severity | undefined;
}

/** How a report is shown: what the output options say. */
export interface OutputSettings {
  readonly format: 'text' | 'json' | 'xml' | 'openmetrics';
  readonly strictMetrics: boolean;
  /** Show the state as a value, too: asked for with OpenMetrics, in whatever format. */
  readonly withStatus: boolean;
  readonly file: string | undefined;
  /** Show details. */
  readonly verbose: boolean;
  /** Show details even where `verbose` would not. */
  readonly debug: boolean;
  readonly withLabel: boolean;
  readonly withPerfdata: boolean;
  /** State of a run that ends without a result, as it was written. */
  readonly failureState: string;
  readonly exitChanges: ReadonlyMap<Severity, Severity>;
  readonly shortChanges: readonly string[];
  readonly longChanges: readonly string[];
  readonly rules: readonly OutputRule[];
  readonly changes: readonly PerfdataChange[];
  readonly explosion: Explosion;
  readonly filter: PerfdataFilter;
  readonly disco: 'format' | 'show' | undefined;
  readonly floatPrecision: number;
}

/**
 * Reads the output options. Settings that are wrong are reported after those that the report of it needs are known:
 * `refuse` is called with what is known so far.
 *
 * @throws CheckFailure
 */
export function readOutputSettings(
  options: OptionValues,
  known: (settings: OutputSettings) => void,
): OutputSettings {
  const disco = options.has('disco-show') ? 'show' : options.has('disco-format') ? 'format' : undefined;
  const basic: OutputSettings = {
    format: formatOf(options, disco !== undefined),
    strictMetrics: options.has('openmetrics-strict'),
    withStatus: options.has('output-openmetrics'),
    file: options.get('output-file'),
    verbose: options.has('verbose'),
    debug: options.has('debug'),
    withLabel: !options.has('output-ignore-label'),
    withPerfdata: !options.has('output-ignore-perfdata'),
    failureState: (options.get('opt-exit') ?? 'unknown').toLowerCase(),
    exitChanges: readExitChanges(options.list('change-exit')),
    shortChanges: options.list('change-short-output'),
    longChanges: options.list('change-long-output'),
    rules: options.list('change-output-adv').flatMap(readRule),
    changes: [
      ...readChanges('change', options.list('change-perfdata')),
      ...readChanges('extend', options.list('extend-perfdata')),
      ...readChanges('group', options.list('extend-perfdata-group')),
    ],
    explosion: 'none',
    filter: {
      label: options.get('filter-perfdata'),
      condition: options.get('filter-perfdata-adv'),
      unit: options.get('filter-uom'),
      range: '0',
    },
    disco,
    floatPrecision: readPrecision(options.get('float-precision')),
  };
  if (severityNamed(basic.failureState) === undefined) {
    known({ ...basic, failureState: 'unknown' });
    throw new CheckFailure(`Unknown value '${basic.failureState}' for --opt-exit.`, { severity: 'UNKNOWN' });
  }
  known(basic);
  const range = options.get('range-perfdata') === '' ? '1' : (options.get('range-perfdata') ?? '0');
  if (range !== '0' && range !== '1' && range !== '2') {
    throw new CheckFailure(`Wrong range-perfdata option '${range}'`);
  }
  return {
    ...basic,
    explosion: readExplosion(options.list('explode-perfdata-max')),
    filter: { ...basic.filter, range },
  };
}

/** XML before JSON before OpenMetrics; a discovery is never plain text. */
function formatOf(options: OptionValues, discovery: boolean): OutputSettings['format'] {
  if (options.has('output-xml')) return 'xml';
  if (options.has('output-json')) return 'json';
  if (discovery) return 'xml';
  return options.has('output-openmetrics') ? 'openmetrics' : 'text';
}

function readExitChanges(texts: readonly string[]): ReadonlyMap<Severity, Severity> {
  const changes = new Map<Severity, Severity>();
  for (const text of texts) {
    const [from = '', to = ''] = text.split('=');
    const [source, target] = [severityNamed(from), severityNamed(to)];
    if (source && target) changes.set(source, target);
  }
  return changes;
}

function readRule(text: string): OutputRule[] {
  const [condition = '', replacement, state = ''] = text.split(',');
  if (condition === '') return [];
  return [{ condition, text: replacement || undefined, severity: severityNamed(state) }];
}

function readChanges(kind: PerfdataChange['kind'], texts: readonly string[]): PerfdataChange[] {
  return texts.flatMap((text) => readChange(kind, text) ?? []);
}

function readPrecision(text = ''): number {
  const number = /\d+/.exec(text)?.[0];
  return number === undefined ? 8 : Math.min(Number(number), 20);
}
