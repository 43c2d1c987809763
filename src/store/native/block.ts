import { Bytes } from './bytes.ts';
import type { NativeColumn } from './columns.ts';

/** Columns of a block by name, in the order in which they stand there. */
export type NativeColumns = Readonly<Record<string, NativeColumn>>;

/** How many bytes `writeNativeBlock` writes. */
export function sizeOfNativeBlock(columns: NativeColumns, rows: number): number {
  return headersOf(columns, rows).reduce(
    (sum, { header, column }) => sum + header.length + (column?.size() ?? 0),
    0,
  );
}

/**
 * Writes a block of that many rows; answers the place behind it. Blocks that stand one after the other are one Native
 * stream.
 */
export function writeNativeBlock(columns: NativeColumns, rows: number, into: Buffer, at: number): number {
  let end = at;
  for (const { header, column } of headersOf(columns, rows)) {
    end = header.write(into, end);
    if (column) end = column.write(into, end);
  }
  return end;
}

interface ColumnHeader {
  readonly header: Bytes;
  readonly column?: NativeColumn;
}

/** Of columns that are filled again and again. */
const known = new WeakMap<NativeColumns, readonly ColumnHeader[]>();

function headersOf(columns: NativeColumns, rows: number): readonly ColumnHeader[] {
  const start = new Bytes();
  const own = known.get(columns) ?? columnHeaders(columns);
  known.set(columns, own);
  start.varint(own.length);
  start.varint(rows);
  return [{ header: start }, ...own];
}

function columnHeaders(columns: NativeColumns): readonly ColumnHeader[] {
  return Object.entries(columns).map(([name, column]) => {
    const header = new Bytes();
    header.string(name);
    header.string(column.type);
    return { header, column };
  });
}
