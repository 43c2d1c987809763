/** Senders choose these texts: control characters would drive the reader's terminal. */
export function tableCell(text: string, width: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
  return (clean.length > width ? `${clean.slice(0, width - 1)}…` : clean).padEnd(width);
}

/** RFC 4180; a leading apostrophe keeps spreadsheets from running a cell as a formula. */
export function csvCell(cell: string): string {
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A line of CSV. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\n`;
}
