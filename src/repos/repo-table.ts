import { createHash } from 'node:crypto';
import { type Column, hash64, identifier, RowBinaryWriter, type Sql } from '../store/index.ts';
import type { RepoRow } from './repo-row.ts';

/**
 * Columns of a repository's table, in insert order. `age` is time turned around, so that the newest stand first and are
 * read forwards; `tie` orders events of one millisecond and finds one by its id. `id` is empty when the record itself says
 * the same eventID: its bytes would be kept twice.
 */
export const REPO_COLUMNS: readonly Column[] = [
  ['age', 'UInt64'],
  ['tie', 'UInt64'],
  ['id', 'String'],
  ['account', 'LowCardinality(String)'],
  ['region', 'LowCardinality(String)'],
  ['source', 'LowCardinality(String)'],
  ['name', 'LowCardinality(String)'],
  ['user', 'String'],
  ['arn', 'String'],
  ['accesskey', 'String'],
  ['ip', 'String'],
  ['error', 'LowCardinality(String)'],
  ['readonly', 'LowCardinality(String)'],
  ['category', 'LowCardinality(String)'],
  ['tags', 'Array(LowCardinality(String))'],
  ['priority', 'LowCardinality(String)'],
  ['rule', 'LowCardinality(String)'],
  ['origin', 'LowCardinality(String)'],
  ['file', 'String'],
  ['arrived', 'UInt64'],
  ['enrichment', 'Map(LowCardinality(String), String)'],
  ['raw', 'String'],
];

/** `age` plus the time is this: the last moment that a date can have, in milliseconds. */
export const LAST_MOMENT = 8_640_000_000_000_000;

/** The engine's dates end in 2299 and begin in 1900; times outside stand at the edge for their month. */
const MONTH = `toYYYYMM(fromUnixTimestamp64Milli(toInt64(${LAST_MOMENT} - age), 'UTC'))`;

/** `age` of a time in milliseconds; times that no date can have stand at the edge. */
export function ageOf(time: number): number {
  return LAST_MOMENT - Math.trunc(Math.min(Math.max(time, 0), LAST_MOMENT));
}

/** The table of a repository. Names are people's, so the table's name is made of a hash. */
export function tableOf(repo: string): string {
  return identifier(`repo_${createHash('sha256').update(repo).digest('hex').slice(0, 24)}`);
}

/** Makes the table, idempotently. */
export function createRepoTable(database: string, repo: string): Sql {
  return `CREATE TABLE IF NOT EXISTS ${identifier(database)}.${tableOf(repo)} (
    age UInt64 CODEC(Delta, ZSTD(1)), tie UInt64 CODEC(NONE), id String CODEC(ZSTD(1)),
    account LowCardinality(String), region LowCardinality(String), source LowCardinality(String),
    name LowCardinality(String), user String CODEC(ZSTD(1)), arn String CODEC(ZSTD(1)),
    accesskey String CODEC(ZSTD(1)), ip String CODEC(ZSTD(1)), error LowCardinality(String),
    readonly LowCardinality(String), category LowCardinality(String), tags Array(LowCardinality(String)),
    priority LowCardinality(String), rule LowCardinality(String), origin LowCardinality(String),
    file String CODEC(ZSTD(1)), arrived UInt64 CODEC(Delta, ZSTD(1)),
    enrichment Map(LowCardinality(String), String) CODEC(ZSTD(1)), raw String CODEC(ZSTD(3))
  ) ENGINE = MergeTree PARTITION BY ${MONTH} ORDER BY (age, tie)
  SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1,
    non_replicated_deduplication_window = 20000`;
}

/** The order of events of one millisecond, and the key by which an id is found; ids are compared without case. */
export function tieOf(eventId: string): { readonly high: number; readonly low: number } {
  return hash64({ high: 0, low: 0 }, 1, eventId.toLowerCase());
}

/** Writes rows as RowBinary. */
export function writeRepoRows(rows: readonly RepoRow[]): Buffer {
  const bytes = rows.reduce((sum, row) => sum + row.raw.length + 512, 0);
  const writer = new RowBinaryWriter(REPO_COLUMNS, bytes);
  for (const row of rows) writeRow(writer, row);
  return writer.finish();
}

function writeRow(writer: RowBinaryWriter, row: RepoRow): void {
  const { fields } = row;
  writer.uint64(halvesOf(ageOf(row.time)));
  writer.uint64(tieOf(row.eventId));
  writer.string(saysItsId(row) ? '' : row.eventId);
  writer.string(fields.account);
  writer.string(fields.region);
  writer.string(fields.source);
  writer.string(fields.name);
  writer.string(fields.user);
  writer.string(fields.arn);
  writer.string(fields.accessKeyId);
  writer.string(fields.sourceIp);
  writer.string(fields.errorCode);
  writer.string(fields.readOnly);
  writer.string(fields.category);
  writer.count(row.tags.length);
  for (const tag of row.tags) writer.string(tag.replace(/^#/, ''));
  writer.string(row.priority);
  writer.string(row.rule);
  writer.string(row.sourceId);
  writer.string(row.bucket === '' && row.key === '' ? '' : `${row.bucket}/${row.key}`);
  writer.uint64(halvesOf(Math.max(0, Math.trunc(row.arrivedAt))));
  const enrichment = Object.entries(row.enrichment);
  writer.count(enrichment.length);
  for (const [name, value] of enrichment) {
    // Searches name the field `enrich.NAME`, whichever way it was handed over.
    writer.string(name.replace(/^enrich\./, ''));
    writer.string(value);
  }
  writer.bytes(row.raw);
}

function saysItsId({ eventId, raw }: RepoRow): boolean {
  // As AWS writes it; a record with spaces in it keeps its id twice.
  return eventId !== '' && !/["\\]/.test(eventId) && raw.includes(`"eventID":"${eventId}"`);
}

function halvesOf(value: number): { readonly high: number; readonly low: number } {
  return { high: Math.floor(value / 2 ** 32), low: value % 2 ** 32 };
}
