import { toText } from '../perl/number.ts';
import { EXIT_CODES } from '../severity.ts';
import type { Shown } from './shown.ts';

const LABELS = ['unit', 'warning', 'critical', 'min', 'max'] as const;

/**
 * One line a value, with the state last as `plugin.mode.status`. Names with dots and times in milliseconds are what
 * Centreon reads; `strict` writes what the specification says instead
 * (https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md): names of letters, digits and
 * underscores, seconds, escaped labels, and `# EOF`.
 */
export function renderOpenMetrics(shown: Shown, now: number, strict: boolean): string {
  const time = strict ? toText(now / 1000) : String(now);
  const lines = shown.perfdata.map((perfdata) => {
    const [, thing, name] = /^(.*?)#([\s\S]*)$/.exec(perfdata.label) ?? [undefined, '', perfdata.label];
    const labels = [
      ['plugin', shown.plugin],
      ['mode', perfdata.mode],
      ...LABELS.map((label) => [label, toText(perfdata[label])]),
      ['instance', thing ?? ''],
    ].filter(([label, text]) => text !== '' || label === 'plugin' || label === 'mode');
    const shownName = strict ? name!.replace(/[^A-Za-z0-9_:]/g, '_').replace(/^(?=\d)/, '_') : name!;
    const inside = labels
      .map(([label, text]) => `${label}="${strict ? escapeLabel(text!) : text}"`)
      .join(',');
    return `${shownName}{${inside}} ${toText(perfdata.value)} ${time}\n`;
  });
  return lines.join('') + (strict ? '# EOF\n' : '');
}

/** The value of `plugin.mode.status`. */
export function statusValue(shown: Pick<Shown, 'severity'>): number {
  return EXIT_CODES.get(shown.severity)!;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
