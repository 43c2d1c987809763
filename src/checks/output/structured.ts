import { toText } from '../perl/number.ts';
import { labelled, type Shown } from './shown.ts';

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\r', '&#13;'],
]);

/** Text inside an element. Control characters that XML has no place for are left out. */
export function escapeXml(text: string): string {
  return withoutControls(text).replace(/[&<>\r]/g, (character) => ESCAPES.get(character)!);
}

/** Text inside an attribute. */
export function escapeAttribute(text: string): string {
  return withoutControls(text)
    .replace(/[&<>"\r]/g, (character) => ESCAPES.get(character)!)
    .replace(/[\n\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what they are looked for with
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

function withoutControls(text: string): string {
  return text.replace(CONTROLS, '');
}

/** JSON in one line, without a newline at its end. */
export function renderJson(shown: Shown): string {
  const outputs = [
    ...shown.messages.map(({ severity, text }) => ({
      type: 1,
      msg: labelled(shown, severity, text),
      exit: severity,
    })),
    ...shown.details.map((line) => ({ type: 2, msg: line })),
  ];
  const perfdatas = shown.perfdata.map(({ label, value, unit, warning, critical, min, max, mode }) => ({
    label,
    value,
    unit,
    warning,
    critical,
    min,
    max,
    mode,
  }));
  return JSON.stringify({
    plugin: { name: shown.plugin, mode: shown.mode ?? null, exit: shown.state, outputs, perfdatas },
  });
}

/** XML as libxml formats it: two spaces a level, empty elements short. */
export function renderXml(shown: Shown): string {
  const outputs = [
    ...shown.messages.map(({ severity, text }) =>
      block('output', 4, [
        element('type', '1'),
        element('exit', severity),
        element('msg', labelled(shown, severity, text)),
      ]),
    ),
    ...shown.details.map((line) => block('output', 4, [element('type', '2'), element('msg', line)])),
  ];
  const perfdatas = shown.perfdata.map(({ label, value, unit, warning, critical, min, max, mode }) =>
    block(
      'perfdata',
      4,
      Object.entries({ label, value, unit, warning, critical, min, max, mode }).map(([name, text]) =>
        element(name, toText(text)),
      ),
    ),
  );
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<plugin>',
    `  ${element('name', shown.plugin)}`,
    `  ${element('mode', shown.mode ?? '')}`,
    `  ${element('exit', shown.state)}`,
    blockOf('outputs', outputs),
    blockOf('perfdatas', perfdatas),
    '</plugin>',
    '',
  ].join('\n');
}

function element(name: string, text: string): string {
  return text === '' ? `<${name}/>` : `<${name}>${escapeXml(text)}</${name}>`;
}

function block(name: string, indent: number, children: readonly string[]): string {
  const space = ' '.repeat(indent);
  return [`${space}<${name}>`, ...children.map((child) => `${space}  ${child}`), `${space}</${name}>`].join(
    '\n',
  );
}

function blockOf(name: string, children: readonly string[]): string {
  return children.length === 0 ? `  <${name}/>` : [`  <${name}>`, ...children, `  </${name}>`].join('\n');
}
