import { countRecords } from './block.ts';
import type { FilePlace } from './block-files.ts';

/**
 * What stands in the database for a block that lies in a file; a block itself never begins with this byte.
 *
 * `0 u8 | 3 free bytes | count u32 | bytes u32 | bytes before f64 | file f64 | at f64`; count and bytes before as in a block.
 */
const PLACE = 0;
const COUNT_AT = 4;
const BYTES_AT = 8;
const BEFORE_AT = 12;
const FILE_AT = 20;
const OFFSET_AT = 28;
const LENGTH = 36;

/** `count`: of its records that belong to the log. `before`: see `bytesBefore`. */
export function writePlace({ file, at, bytes }: FilePlace, count: number, before: number): Buffer {
  const row = Buffer.alloc(LENGTH);
  row.writeUInt32LE(count, COUNT_AT);
  row.writeUInt32LE(bytes, BYTES_AT);
  row.writeDoubleLE(before, BEFORE_AT);
  row.writeDoubleLE(file, FILE_AT);
  row.writeDoubleLE(at, OFFSET_AT);
  return row;
}

/** Whether the row tells where a block lies; else it is the block. */
export function isPlace(row: Buffer): boolean {
  return row[0] === PLACE;
}

export function placeAt(row: Buffer): FilePlace {
  return {
    file: row.readDoubleLE(FILE_AT),
    at: row.readDoubleLE(OFFSET_AT),
    bytes: row.readUInt32LE(BYTES_AT),
  };
}

/** Length of the row's block. */
export function bytesAt(row: Buffer): number {
  return isPlace(row) ? row.readUInt32LE(BYTES_AT) : row.length;
}

/** How many of its records belong to the log. */
export function countAt(row: Buffer): number {
  return isPlace(row) ? row.readUInt32LE(COUNT_AT) : countRecords(row);
}
