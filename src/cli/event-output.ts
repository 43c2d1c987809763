import type { LookupLine } from './admin-api.ts';
import { csvCell, tableCell } from './cells.ts';

/** Ways to show found events. */
export const OUTPUTS = ['table', 'csv', 'json', 'ndjson'] as const;
export type Output = (typeof OUTPUTS)[number];

/** Makes text of a stream of events: what stands first, for each event, and last. */
export interface EventWriter {
  readonly head: string;
  line(event: LookupLine, index: number): string;
  tail(count: number): string;
}

const COLUMNS = [
  ['Time', 20],
  ['Event', 28],
  ['Source', 24],
  ['User', 24],
  ['Account', 12],
  ['Region', 14],
  ['Error', 18],
  ['Event id', 36],
] as const;

/** A writer for `output`. JSON and NDJSON carry each record's own bytes. */
export function createEventWriter(output: Output): EventWriter {
  const names = COLUMNS.map(([name]) => name);
  switch (output) {
    case 'ndjson':
      return { head: '', line: ({ record }) => `${record}\n`, tail: () => '' };
    case 'json':
      return {
        head: '{"Records":[',
        line: ({ record }, index) => `${index === 0 ? '\n' : ',\n'}${record}`,
        tail: () => '\n]}\n',
      };
    case 'csv':
      return {
        head: `${names.join(',')}\n`,
        line: (event) => `${cellsOf(event).map(csvCell).join(',')}\n`,
        tail: () => '',
      };
    case 'table':
      return {
        head: `${tableRow(names)}\n`,
        line: (event) => `${tableRow(cellsOf(event))}\n`,
        tail: (count) => (count === 0 ? 'no events found\n' : ''),
      };
  }
}

function cellsOf(event: LookupLine): string[] {
  const record = parse(event.record);
  const identity = asObject(record.userIdentity);
  const issuer = asObject(asObject(identity.sessionContext).sessionIssuer);
  const root = identity.type === 'Root' ? 'root' : undefined;
  const user = [
    root,
    identity.userName,
    issuer.userName,
    identity.arn,
    identity.invokedBy,
    identity.type,
  ].find((name) => typeof name === 'string' && name !== '');
  const texts = [
    record.eventName,
    record.eventSource,
    user,
    event.account,
    event.region,
    record.errorCode,
    event.eventId,
  ];
  const time = `${new Date(event.time).toISOString().slice(0, 19)}Z`;
  return [time, ...texts.map((text) => (typeof text === 'string' ? text : ''))];
}

function parse(text: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function tableRow(cells: readonly string[]): string {
  return cells
    .map((cell, index) => tableCell(cell, COLUMNS[index]![1]))
    .join('  ')
    .trimEnd();
}
