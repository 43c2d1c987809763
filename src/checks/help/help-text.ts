import type { OptionSpec } from '../options/option-spec.ts';

const WIDTH = 76;

/** A section of help: a heading, a sentence if there is one, and the options that have a text. */
export function helpSection(heading: string, options: readonly OptionSpec[], introduction?: string): string {
  const parts = options.flatMap(({ name, text }) => (text === undefined ? [] : [helpEntry(name, text)]));
  if (introduction !== undefined) parts.unshift(`    ${introduction}\n`);
  return `${heading}:\n${parts.join('\n')}`;
}

function helpEntry(name: string, text: string): string {
  const tag = `--${name}`;
  const lines = wrap(text, WIDTH - 12).map((line) => `            ${line}`);
  // A short name and its text share a line.
  if (tag.length < 8) lines[0] = `    ${tag.padEnd(8)}${lines[0]!.slice(12)}`;
  else lines.unshift(`    ${tag}`);
  return `${lines.join('\n')}\n`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
