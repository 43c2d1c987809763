import type { Column } from './row-binary.ts';
import type { Sql } from './sql.ts';
import { identifier } from './sql.ts';

/** Columns of `events`, in insert order. `id` is empty when the line itself says the same eventID. */
export const EVENT_COLUMNS: readonly Column[] = [
  ['account', 'LowCardinality(String)'],
  ['region', 'LowCardinality(String)'],
  ['category', 'UInt8'],
  ['seconds', 'UInt32'],
  ['millis', 'UInt16'],
  ['tie', 'UInt16'],
  ['rest', 'UInt32'],
  ['id', 'String'],
  ['raw', 'String'],
];

/** Columns of `attributes`, in insert order. */
export const ATTRIBUTE_COLUMNS: readonly Column[] = [
  ['key', 'UInt64'],
  ['seconds', 'UInt32'],
  ['millis', 'UInt16'],
  ['tie', 'UInt16'],
];

/** Columns of `lanes`, in insert order. */
export const LANE_COLUMNS: readonly Column[] = [
  ['account', 'String'],
  ['region', 'String'],
  ['category', 'UInt8'],
];

/**
 * Inserts are synced before they are acknowledged: the reader of the journal lets go of what it handed over. The
 * deduplication window counts blocks, one for each partition of an insert; years of history in one insert are
 * some hundred.
 */
const DURABLE =
  'fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 20000';

const MONTH = `toYYYYMM(toDateTime(4294967295 - seconds, 'UTC'))`;

/**
 * The tables of a history, idempotently.
 *
 * - `events`: the lines, ordered by lane and newest first. Small granules and blocks: a lookup reads single lines
 *   from all over the table, and each costs the block around it.
 * - `attributes`: the index of lookups, a key hashed of lane, attribute and value, then the event's place. Skip
 *   indexes of ClickHouse need up to a second at five million events; this is flat.
 * - `lanes`: which lanes exist, so that a lookup over all Regions knows where to look.
 */
export function createTables(database: string): readonly Sql[] {
  const db = identifier(database);
  return [
    `CREATE DATABASE IF NOT EXISTS ${db}`,
    `CREATE TABLE IF NOT EXISTS ${db}.events (
      account LowCardinality(String), region LowCardinality(String), category UInt8,
      seconds UInt32 CODEC(Delta, ZSTD(1)), millis UInt16 CODEC(ZSTD(1)),
      tie UInt16 CODEC(NONE), rest UInt32 CODEC(NONE),
      id String CODEC(ZSTD(1)), raw String CODEC(ZSTD(3))
    ) ENGINE = MergeTree PARTITION BY ${MONTH} ORDER BY (account, region, category, seconds, millis, tie, rest)
    SETTINGS index_granularity = 64, min_compress_block_size = 32768, ${DURABLE}`,
    `CREATE TABLE IF NOT EXISTS ${db}.attributes (
      key UInt64 CODEC(ZSTD(1)), seconds UInt32 CODEC(Delta, ZSTD(1)),
      millis UInt16 CODEC(ZSTD(1)), tie UInt16 CODEC(NONE)
    ) ENGINE = MergeTree PARTITION BY ${MONTH} ORDER BY (key, seconds, millis, tie)
    SETTINGS index_granularity = 512, ${DURABLE}`,
    `CREATE TABLE IF NOT EXISTS ${db}.lanes (account String, region String, category UInt8)
    ENGINE = ReplacingMergeTree ORDER BY (account, region, category) SETTINGS ${DURABLE}`,
  ];
}
