import type { Field, Query } from '../../search/index.ts';
import { literal, type Sql } from '../../store/index.ts';
import { LAST_MOMENT } from '../block/index.ts';
import { compileQuery, textOfField } from './compile-query.ts';
import type { Dialect } from './dialect.ts';
import type { Parameters } from './parameters.ts';

/** Every query ends, and none takes the engine's memory from the others. */
const LIMITS =
  'max_execution_time = 30, max_threads = 2, max_memory_usage = 300000000, max_result_bytes = 200000000, precise_float_parsing = 1';

/** Which rows of which tables. */
export interface Scope {
  readonly query: Query;
  /** The tables to read, and whose rows of each; `any`: everybody's. */
  readonly tables: readonly Table[];
  /** Milliseconds since the epoch, both inclusive. */
  readonly from: number;
  readonly to: number;
  /** Only what arrived at or after this moment. */
  readonly arrivedSince?: number;
}

/** A table, and what of it may be found. */
export interface Table {
  readonly dialect: Dialect;
  readonly accounts: readonly string[] | 'any';
  /** What is older is past its retention, though it may still lie there. Milliseconds since the epoch. */
  readonly oldest: number;
}

/** A place in the order of results. */
export interface Place {
  readonly age: bigint;
  readonly tie: bigint;
  /** Index into the tables. */
  readonly table: number;
}

/**
 * The newest rows: table UInt8, age, tie, arrived UInt64, then texts id, account, region, source, name, user, ip, error,
 * priority, rule, from, file, then tags, enrichment, raw. From `start` on, itself included.
 */
export function newestRows(
  scope: Scope,
  limit: number,
  start: Place | undefined,
  parameters: Parameters,
): Sql {
  const each = scope.tables.map((one, table) => {
    const { dialect } = one;
    const { text } = dialect;
    const columns = [
      `toUInt8(${table}) AS t`,
      `${dialect.age} AS a`,
      `${dialect.tie} AS o`,
      `toUInt64(${dialect.arrived})`,
      ...[text.id, text.account, text.region, text.source, text.name, text.user, text.ip, text.error].map(
        asText,
      ),
      ...[text.priority, text.rule, text.from, text.file].map(asText),
      `CAST(${dialect.tags}, 'Array(String)')`,
      `CAST(${dialect.enrichment}, 'Map(String, String)')`,
      dialect.raw,
    ];
    const where = [...conditions(scope, one, parameters), ...(start ? [fromPlace(start, table)] : [])];
    return `SELECT ${columns.map(nameless).join(', ')} FROM ${dialect.table} WHERE ${where.join(' AND ')} ORDER BY a, o LIMIT ${limit}`;
  });
  return `SELECT * FROM (${each.join(' UNION ALL ')}) ORDER BY a, o, t LIMIT ${limit} SETTINGS ${LIMITS}`;
}

/** The commonest values of some fields: a text for each, then a count UInt64. */
export function counts(scope: Scope, fields: readonly Field[], limit: number, parameters: Parameters): Sql {
  const groups = fields.map((_, at) => `g${at}`).join(', ');
  const each = scope.tables.map((one) => {
    const { dialect } = one;
    const columns = fields
      .map((field, at) => `${textOfField(field, dialect, parameters)} AS g${at}`)
      .join(', ');
    const where = conditions(scope, one, parameters).join(' AND ');
    return `SELECT ${columns}, count() AS c FROM ${dialect.table} WHERE ${where} GROUP BY ${groups}`;
  });
  return (
    `SELECT ${groups}, sum(c) AS n FROM (${each.join(' UNION ALL ')}) ` +
    `GROUP BY ${groups} ORDER BY n DESC, ${groups} LIMIT ${limit} SETTINGS ${LIMITS}`
  );
}

/** How many events each step of the window has: step UInt64 (0: the oldest), count UInt64; empty steps are left out. */
export function timeline(scope: Scope, step: number, parameters: Parameters): Sql {
  const each = scope.tables.map((one) => {
    const { dialect } = one;
    const where = conditions(scope, one, parameters).join(' AND ');
    const at = `intDiv(${LAST_MOMENT - scope.from} - ${dialect.age}, ${step})`;
    return `SELECT toUInt64(${at}) AS s, count() AS c FROM ${dialect.table} WHERE ${where} GROUP BY s`;
  });
  return `SELECT s, sum(c) FROM (${each.join(' UNION ALL ')}) GROUP BY s ORDER BY s SETTINGS ${LIMITS}`;
}

function conditions(
  scope: Scope,
  { dialect, accounts, oldest }: Table,
  parameters: Parameters,
): readonly Sql[] {
  return [
    dialect.between(LAST_MOMENT - scope.to, LAST_MOMENT - Math.max(scope.from, oldest)),
    ...(accounts === 'any'
      ? []
      : [`${dialect.text.account} IN (${accounts.map(literal).join(', ') || `''`})`]),
    // An account that nobody has must not be everybody's.
    ...(accounts === 'any' ? [] : [`${dialect.text.account} != ''`]),
    ...(scope.arrivedSince === undefined ? [] : [`${dialect.arrived} >= ${Math.trunc(scope.arrivedSince)}`]),
    ...(scope.query.kind === 'all' ? [] : [compileQuery(scope.query, dialect, parameters)]),
  ];
}

/** The first comparison alone narrows the read by the order of the table. */
function fromPlace({ age, tie, table }: Place, at: number): Sql {
  const orTie = at < table ? `o > ${tie}` : `o >= ${tie}`;
  return `a >= ${age} AND (a > ${age} OR ${orTie})`;
}

function asText(expression: Sql): Sql {
  return `toString(${expression})`;
}

/** Columns of a union are matched by place; names of table columns would be taken for the columns themselves. */
function nameless(expression: Sql, at: number): Sql {
  return / AS [tao]$/.test(expression) ? expression : `${expression} AS x${at}`;
}
