import { literal } from '../sql.ts';

/** What the HTTP interface must know of a statement before it runs it. */
export type Statement =
  | { readonly kind: 'read'; readonly sql: string }
  | { readonly kind: 'write'; readonly sql: string }
  /** An insert whose rows follow in the body, in `format`. `head` is the statement without its FORMAT. */
  | { readonly kind: 'insert'; readonly head: string; readonly format: string };

/** Formats that carry names and types: the engine can read them from a file without being told a structure. */
const SELF_DESCRIBING = new Set(['RowBinaryWithNamesAndTypes', 'TabSeparatedWithNamesAndTypes', 'Native']);

/** Sorts a statement by its first word; throws a ClickHouse exception text for insert formats not offered here. */
export function readStatement(sql: string): Statement {
  const text = sql.trim().replace(/;$/, '');
  const word = /^[(\s]*(?<word>[A-Za-z]+)/.exec(text)?.groups?.word?.toUpperCase();
  if (word === 'INSERT') {
    const match = /^(?<head>[\s\S]*?)\s+FORMAT\s+(?<format>[A-Za-z0-9]+)$/i.exec(text);
    const head = match?.groups?.head;
    const format = match?.groups?.format;
    if (head === undefined || format === undefined) return { kind: 'write', sql: text };
    if (SELF_DESCRIBING.has(format)) return { kind: 'insert', head, format };
    throw new Error(
      `Code: 73. DB::Exception: The embedded engine takes inserts in ${[...SELF_DESCRIBING].join(', ')}, ` +
        `found ${format}. (UNKNOWN_FORMAT)`,
    );
  }
  if (word && ['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN'].includes(word)) {
    return { kind: 'read', sql: text };
  }
  return { kind: 'write', sql: text };
}

/** `input('…')` of an insert that chooses among what it reads. */
const INPUT = /\bFROM input\((?<structure>'[^']*')\)/;

/** The insert with its rows in a file. */
export function insertFromFile(head: string, format: string, file: string): string {
  const structure = INPUT.exec(head)?.groups?.structure;
  if (structure === undefined) return `${head} SELECT * FROM file(${literal(file)}, '${format}')`;
  // The engine's own `input` reports success here, and inserts nothing.
  return head.replace(INPUT, () => `FROM file(${literal(file)}, '${format}', ${structure})`);
}
