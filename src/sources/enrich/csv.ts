/** The text is no CSV; `line` counts from 1. */
export class CsvError extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(`line ${line}: ${message}`);
    this.name = 'CsvError';
    this.line = line;
  }
}

/**
 * Rows of a CSV text as RFC 4180 has them: commas, quotes doubled inside quotes, CRLF or LF; a byte order mark before
 * and empty lines are passed over. Linear in the text.
 * @throws CsvError
 */
export function* readCsv(text: string): Generator<readonly string[]> {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const row: string[] = [];
    const begin = line;
    for (;;) {
      const cell = text[at] === '"' ? quoted(text, at, line) : plain(text, at);
      row.push(cell.value);
      line += cell.lines;
      at = cell.end;
      if (text[at] !== ',') break;
      at++;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    if (at < text.length && text[at] !== '\n') throw new CsvError('text after a closing quote', begin);
    at++;
    line++;
    if (row.length > 1 || row[0] !== '') yield row;
  }
}

interface Cell {
  readonly value: string;
  readonly end: number;
  readonly lines: number;
}

function plain(text: string, at: number): Cell {
  let end = at;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n') end++;
  const isCrlf = text[end - 1] === '\r' && (end === text.length || text[end] === '\n') && end > at;
  const stop = isCrlf ? end - 1 : end;
  return { value: text.slice(at, stop).trim(), end: isCrlf && end === text.length ? end : stop, lines: 0 };
}

function quoted(text: string, at: number, line: number): Cell {
  let value = '';
  let from = at + 1;
  for (;;) {
    const close = text.indexOf('"', from);
    if (close < 0) throw new CsvError('a quote is not closed', line);
    value += text.slice(from, close);
    if (text[close + 1] !== '"') {
      return { value, end: close + 1, lines: value.split('\n').length - 1 };
    }
    value += '"';
    from = close + 2;
  }
}
