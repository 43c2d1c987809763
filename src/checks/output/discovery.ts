import type { Discovered } from './report.ts';
import { escapeAttribute, escapeXml } from './structured.ts';

const HEAD = '<?xml version="1.0" encoding="utf-8"?>\n';

/** The names of the attributes that a discovery yields; without any the mode has none. */
export function renderDiscoveryFormat(names: readonly string[], format: 'xml' | 'json'): string {
  if (format === 'json') return JSON.stringify({ data: names });
  return wrap(names.map((name) => `  <element>${escapeXml(name)}</element>`));
}

/** What was found, attributes in alphabetical order. */
export function renderDiscovered(found: readonly Discovered[], format: 'xml' | 'json'): string {
  const sorted = found.map((one) => [...one].sort(([a], [b]) => (a < b ? -1 : 1)));
  if (format === 'json')
    return JSON.stringify({ data: sorted.map((entries) => Object.fromEntries(entries)) });
  return wrap(
    sorted.map(
      (entries) =>
        `  <label ${entries.map(([name, text]) => `${name}="${escapeAttribute(text)}"`).join(' ')}/>`,
    ),
  );
}

function wrap(lines: readonly string[]): string {
  return lines.length === 0 ? `${HEAD}<data/>\n` : `${HEAD}<data>\n${lines.join('\n')}\n</data>\n`;
}
