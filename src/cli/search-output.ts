import type { CountLine, SearchLine, StepLine } from './admin-api.ts';
import { csvLine, tableCell } from './cells.ts';
import { timeCell } from './columns.ts';
import type { Output } from './event-output.ts';

/** Makes text of found events: what stands first, for each event, and last. */
export interface SearchWriter {
  readonly head: string;
  line(found: SearchLine, index: number): string;
  tail(count: number): string;
}

const COLUMNS: readonly (readonly [string, number, (found: SearchLine) => string])[] = [
  ['Time', 20, ({ time }) => timeCell(time)],
  ['Event', 26, ({ eventName }) => eventName],
  ['Source', 16, ({ source }) => source.replace(/\.amazonaws\.com$/, '')],
  ['User', 22, ({ user }) => user],
  ['IP', 15, ({ ip }) => ip],
  ['Account', 12, ({ account }) => account],
  ['Region', 14, ({ region }) => region],
  ['Error', 20, ({ error }) => error],
  ['Repository', 12, ({ repo }) => repo],
];

/** What CSV has beside the columns of the table. */
const MORE: readonly (readonly [string, (found: SearchLine) => string])[] = [
  ['Event id', ({ eventId }) => eventId],
  ['Priority', ({ priority }) => priority],
  ['Tags', ({ tags }) => tags.map((tag) => `#${tag}`).join(' ')],
  ['Rule', ({ rule }) => rule],
  ['Log source', ({ logSource }) => logSource],
  ['File', ({ file }) => file],
];

/** A writer; JSON and NDJSON carry each record's own bytes, or with `context` what is known of it around them. */
export function createSearchWriter(output: Output, context: boolean): SearchWriter {
  const json = (found: SearchLine) => (context ? contextOf(found) : recordOf(found) || contextOf(found));
  switch (output) {
    case 'ndjson':
      return { head: '', line: (found) => `${json(found)}\n`, tail: () => '' };
    case 'json':
      return {
        head: '{"Records":[',
        line: (found, index) => `${index === 0 ? '\n' : ',\n'}${json(found)}`,
        tail: () => '\n]}\n',
      };
    case 'csv':
      return {
        head: csvLine([...COLUMNS.map(([name]) => name), ...MORE.map(([name]) => name)]),
        line: (found) =>
          csvLine([...COLUMNS.map(([, , read]) => read(found)), ...MORE.map(([, read]) => read(found))]),
        tail: () => '',
      };
    case 'table':
      return {
        head: row((_, at) => COLUMNS[at]?.[0] ?? ''),
        line: (found) => row(([, , read]) => read(found)),
        tail: (count) => (count === 0 ? 'no events found\n' : ''),
      };
  }
}

/** The record itself stays as its bytes are. */
function contextOf({ record, ...known }: SearchLine): string {
  const text = JSON.stringify(known);
  return record ? `${text.slice(0, -1)},"record":${record}}` : text;
}

/** The view, where one was asked for. */
function recordOf({ record, view }: SearchLine): string | undefined {
  return view === undefined || view === null ? record : JSON.stringify(view);
}

function row(read: (column: (typeof COLUMNS)[number], at: number) => string): string {
  return `${COLUMNS.map((column, at) => tableCell(read(column, at), column[1]))
    .join('  ')
    .trimEnd()}\n`;
}

/** Counts by field. */
export function writeCounts(output: Output, fields: readonly string[], counts: readonly CountLine[]): string {
  const objects = () =>
    counts.map(({ values, count }) => ({
      ...Object.fromEntries(fields.map((field, at) => [field, values[at] ?? ''])),
      count,
    }));
  switch (output) {
    case 'ndjson':
      return objects()
        .map((one) => `${JSON.stringify(one)}\n`)
        .join('');
    case 'json':
      return `${JSON.stringify(objects(), undefined, 2)}\n`;
    case 'csv':
      return [
        csvLine([...fields, 'count']),
        ...counts.map(({ values, count }) => csvLine([...values, String(count)])),
      ].join('');
    case 'table':
      return countTable(fields, counts);
  }
}

const WIDEST = 60;
const BAR = 20;

function countTable(fields: readonly string[], counts: readonly CountLine[]): string {
  if (counts.length === 0) return 'no events found\n';
  const most = counts[0]?.count ?? 1;
  const widths = fields.map((field, at) =>
    Math.min(WIDEST, Math.max(field.length, ...counts.map(({ values }) => values[at]?.length ?? 0))),
  );
  const line = (count: string, bar: string, cells: readonly string[]) =>
    `${count.padStart(10)}  ${bar.padEnd(BAR)}  ${cells.map((cell, at) => tableCell(cell, widths[at] ?? 0)).join('  ')}`.trimEnd();
  const lines = counts.map(({ values, count }) =>
    line(
      String(count),
      '█'.repeat(Math.max(1, Math.round((count / most) * BAR))),
      values.map((value) => value || '-'),
    ),
  );
  return `${[line('count', '', fields), ...lines].join('\n')}\n`;
}

/** A timeline: as a drawing, or as data. */
export function writeTimeline(output: Output, steps: readonly StepLine[]): string {
  const rows = steps.map(({ from, to, count }) => ({
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    count,
  }));
  switch (output) {
    case 'ndjson':
      return rows.map((one) => `${JSON.stringify(one)}\n`).join('');
    case 'json':
      return `${JSON.stringify(rows, undefined, 2)}\n`;
    case 'csv':
      return [
        csvLine(['from', 'to', 'count']),
        ...rows.map((one) => csvLine([one.from, one.to, String(one.count)])),
      ].join('');
    case 'table':
      return drawTimeline(steps);
  }
}

const HEIGHT = 8;
const EIGHTHS = ' ▁▂▃▄▅▆▇█';

/** A column for each step, as high as its count, with the highest count and the ends of the window beside it. */
export function drawTimeline(steps: readonly StepLine[]): string {
  const total = steps.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(1, ...steps.map(({ count }) => count));
  const margin = String(most).length;
  const lines: string[] = [];
  for (let level = HEIGHT - 1; level >= 0; level--) {
    const bars = steps.map(({ count }) => {
      // The least count is still a line: nothing must look like something, and something not like nothing.
      const eighths = count === 0 ? 0 : Math.max(1, Math.round((count / most) * HEIGHT * 8));
      return EIGHTHS[Math.min(8, Math.max(0, eighths - level * 8))];
    });
    const label = level === HEIGHT - 1 ? String(most) : level === 0 ? '0' : '';
    lines.push(`${label.padStart(margin)} │${bars.join('').trimEnd()}`);
  }
  const [first, last] = [steps[0], steps.at(-1)];
  lines.push(`${' '.repeat(margin)} └${'─'.repeat(steps.length)}`);
  if (first && last) {
    const [from, to] = [timeCell(first.from), timeCell(last.to)];
    const gap = ' '.repeat(Math.max(1, steps.length - from.length - to.length));
    lines.push(`${' '.repeat(margin + 2)}${from}${gap}${to}`);
    lines.push(`${' '.repeat(margin + 2)}${total} events, ${spanCell(first.to - first.from)} a column`);
  }
  return `${lines.join('\n')}\n`;
}

function spanCell(milliseconds: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const;
  const [name, size] = units.find(([, one]) => milliseconds >= one) ?? ['ms', 1];
  return `${Number((milliseconds / size).toFixed(1))} ${name}`;
}
