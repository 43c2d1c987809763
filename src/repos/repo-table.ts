import { createHash } from 'node:crypto';
import { identifier, NO_STATISTICS, type Sql, type TableSettings } from '../store/index.ts';
import { LAST_MOMENT } from './block/index.ts';

/** The engine's dates end in 2299 and begin in 1900; times outside stand at the edge for their month. */
const MONTH = `toYYYYMM(fromUnixTimestamp64Milli(toInt64(${LAST_MOMENT} - age), 'UTC'))`;

/** The table of a repository. Names are people's, so the table's name is made of a hash. */
export function tableOf(repo: string): string {
  return identifier(`repo_${createHash('sha256').update(repo).digest('hex').slice(0, 24)}`);
}

/**
 * What is inserted lies in few files, each of which is synced; and parts are merged when there are many of one size, so
 * that a record is written again less often while much comes in.
 */
export const REPO_TUNING: TableSettings = {
  ...NO_STATISTICS,
  min_bytes_for_wide_part: 64 << 20,
  merge_selector_base: 12,
};

/**
 * Makes the table, idempotently. `age` is time turned around, so that the newest stand first and are read forwards; `tie`
 * orders events of one millisecond and finds one by its id. `id` is empty when the record itself says the same eventID:
 * its bytes would be kept twice.
 *
 * Of real records, level 1 makes no more bytes than level 3, in three quarters of the time.
 */
export function createRepoTable(database: string, repo: string): Sql {
  return `CREATE TABLE IF NOT EXISTS ${identifier(database)}.${tableOf(repo)} (
    age UInt64 CODEC(Delta, ZSTD(1)), tie UInt64 CODEC(NONE), id String CODEC(ZSTD(1)),
    account LowCardinality(String), region LowCardinality(String), source LowCardinality(String),
    name LowCardinality(String), user String CODEC(ZSTD(1)), arn String CODEC(ZSTD(1)),
    accesskey String CODEC(ZSTD(1)), ip String CODEC(ZSTD(1)), error LowCardinality(String),
    readonly LowCardinality(String), category LowCardinality(String), tags Array(LowCardinality(String)),
    priority LowCardinality(String), rule LowCardinality(String), origin LowCardinality(String),
    file String CODEC(ZSTD(1)), arrived UInt64 CODEC(Delta, ZSTD(1)),
    enrichment Map(LowCardinality(String), String) CODEC(ZSTD(1)), raw String CODEC(ZSTD(1))
  ) ENGINE = MergeTree PARTITION BY ${MONTH} ORDER BY (age, tie)
  SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1,
    non_replicated_deduplication_window = 20000`;
}
