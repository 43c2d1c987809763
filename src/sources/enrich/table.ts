import { isMembers, parseRange, shorten } from '../policy/index.ts';
import { CsvError, readCsv } from './csv.ts';
import type { LabelledRange } from './enrichment-step.ts';

/** A table by key; each row by column. */
export interface Table {
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Rows that were left out: without a key, or with more columns than the head. */
  readonly skipped: number;
}

/** A file that holds no table; the message is for people and names the repair. */
export class TableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TableError';
  }
}

/** More rows, columns and characters than this are not kept: tables lie in memory. */
const MAX_ROWS = 500_000;
const MAX_COLUMNS = 64;
const MAX_LINE = 2048;
/** Longer values of tables and databases are cut to this many characters. */
export const MAX_VALUE = 512;

/**
 * Reads a table from CSV with a head line; `key` names the column of the key, absent: the first. Of rows with one key
 * the last one counts.
 * @throws TableError
 */
export function tableOfCsv(text: string, key?: string): Table {
  let head: readonly string[] | undefined;
  let keyAt = 0;
  const rows = new Map<string, ReadonlyMap<string, string>>();
  let skipped = 0;
  try {
    for (const row of readCsv(text)) {
      if (head === undefined) {
        head = row.slice(0, MAX_COLUMNS);
        keyAt = key === undefined ? 0 : head.indexOf(key);
        if (keyAt < 0) throw new TableError(`has no column ${key}; it has ${shorten(head.join(', '))}`);
      } else if (addRow(rows, head, keyAt, row)) {
        if (rows.size > MAX_ROWS) throw new TableError(`has more than ${MAX_ROWS} rows`);
      } else skipped++;
    }
  } catch (error) {
    if (error instanceof CsvError) throw new TableError(`is no CSV: ${error.message}`);
    throw error;
  }
  if (head === undefined) throw new TableError('is empty: the first line must name the columns');
  return { rows, skipped };
}

function addRow(
  rows: Map<string, ReadonlyMap<string, string>>,
  head: readonly string[],
  keyAt: number,
  row: readonly string[],
): boolean {
  const key = row[keyAt];
  if (key === undefined || key === '' || row.length > head.length) return false;
  const fields = new Map<string, string>();
  for (const [at, name] of head.entries()) {
    const value = row[at];
    if (at !== keyAt && value !== undefined && value !== '') fields.set(name, value.slice(0, MAX_VALUE));
  }
  rows.set(key, fields);
  return true;
}

/**
 * Reads a table from JSON: an object by key whose values are objects or single values (then the column is `value`), or a
 * list of objects of which `key` is the key.
 * @throws TableError
 */
export function tableOfJson(text: string, key?: string): Table {
  const json = parseJson(text);
  const rows = new Map<string, ReadonlyMap<string, string>>();
  let skipped = 0;
  const add = (name: unknown, row: unknown, without?: string) => {
    if ((typeof name !== 'string' && typeof name !== 'number') || name === '') skipped++;
    else rows.set(String(name), fieldsOf(row, without));
    if (rows.size > MAX_ROWS) throw new TableError(`has more than ${MAX_ROWS} rows`);
  };
  if (isMembers(json)) for (const [name, row] of Object.entries(json)) add(name, row);
  else if (Array.isArray(json)) {
    for (const row of json as unknown[]) {
      const column = key ?? (isMembers(row) ? Object.keys(row)[0] : undefined);
      add(
        isMembers(row) && column !== undefined && Object.hasOwn(row, column) ? row[column] : '',
        row,
        column,
      );
    }
  } else throw new TableError('must be a JSON object by key, or a list of objects');
  return { rows, skipped };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    throw new TableError('is no JSON');
  }
}

function fieldsOf(row: unknown, without?: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const add = (name: string, value: unknown) => {
    if (typeof value === 'string' ? value !== '' : typeof value === 'number' || typeof value === 'boolean') {
      fields.set(name, String(value).slice(0, MAX_VALUE));
    }
  };
  if (isMembers(row)) {
    for (const [name, value] of Object.entries(row).slice(0, MAX_COLUMNS))
      if (name !== without) add(name, value);
  } else add('value', row);
  return fields;
}

/** Ranges of a list, and lines that were left out because they are none. */
export interface RangeList {
  readonly ranges: readonly LabelledRange[];
  readonly skipped: number;
}

/**
 * Reads lines of a range, or a range and a label after a comma, semicolon or blank; `#` and `;` begin comments. Public
 * lists of threats come in this form.
 * @throws TableError when no line holds a range
 */
export function rangesOfText(text: string): RangeList {
  const ranges: LabelledRange[] = [];
  let skipped = 0;
  for (const line of text.split('\n')) {
    const words = line.slice(0, MAX_LINE).trim();
    const range = /^[0-9a-fA-F.:/]*/.exec(words)?.[0] ?? '';
    const label = words.slice(range.length).replace(/^[\s,;#]+/, '');
    if (range === '' && /^([#;]|$)/.test(words)) continue;
    if (parseRange(range) === undefined) skipped++;
    else ranges.push({ range, label: label.slice(0, MAX_VALUE) });
    if (ranges.length > MAX_ROWS) throw new TableError(`has more than ${MAX_ROWS} ranges`);
  }
  if (ranges.length === 0) throw new TableError('holds no range of addresses such as 192.0.2.0/24');
  return { ranges, skipped };
}
