import type { NamedField } from '../../search/index.ts';
import { identifier, literal, type Sql } from '../../store/index.ts';
import { LAST_MOMENT } from '../block/index.ts';

/** How one table says what the fields of searches are. Every expression is a text that is never NULL. */
export interface Dialect {
  /** What `repo:` is compared with. */
  readonly repo: string;
  readonly table: Sql;
  readonly text: Readonly<Record<Exclude<NamedField, 'tag' | 'repo'>, Sql>>;
  /** Array(String), without `#`. */
  readonly tags: Sql;
  /** Map(String, String). */
  readonly enrichment: Sql;
  readonly raw: Sql;
  /** `LAST_MOMENT` minus the time, UInt64: newest first in ascending order. */
  readonly age: Sql;
  /** UInt64: the order within a millisecond. */
  readonly tie: Sql;
  /** Milliseconds, UInt64. */
  readonly arrived: Sql;
  /** True for rows with `age` between these, both inclusive; in the columns by which the table is ordered. */
  readonly between: (first: number, last: number) => Sql;
  /** What narrows the search for an id before it is compared, if the table has it. */
  readonly tieOfId?: (id: string) => Sql;
}

/** The table of a repository. */
export function repoDialect(repo: string, table: Sql, tieOfId: (id: string) => Sql): Dialect {
  return {
    repo,
    table,
    text: {
      id: `if(id != '', id, JSONExtractString(raw, 'eventID'))`,
      account: 'account',
      region: 'region',
      source: 'source',
      name: 'name',
      user: 'user',
      arn: 'arn',
      accesskey: 'accesskey',
      ip: 'ip',
      error: 'error',
      readonly: 'readonly',
      category: 'category',
      priority: 'priority',
      rule: 'rule',
      from: 'origin',
      file: 'file',
    },
    tags: 'tags',
    enrichment: 'enrichment',
    raw: 'raw',
    age: 'age',
    tie: 'tie',
    arrived: 'arrived',
    between: (first, last) => `age >= ${whole(first)} AND age <= ${whole(last)}`,
    tieOfId: (id) => `tie = ${tieOfId(id)}`,
  };
}

const own = (...names: readonly string[]): Sql =>
  `JSONExtractString(raw, ${names.map((name) => `'${name}'`).join(', ')})`;

const TYPE = own('userIdentity', 'type');
const PRINCIPAL = own('userIdentity', 'principalId');
const ARN = own('userIdentity', 'arn');
const USER_NAME = own('userIdentity', 'userName');
/** As `readLookupFields` finds the name of a session. */
const SESSION =
  `multiIf(position(${PRINCIPAL}, ':') BETWEEN 1 AND length(${PRINCIPAL}) - 1, substring(${PRINCIPAL}, position(${PRINCIPAL}, ':') + 1), ` +
  `position(${ARN}, '/') > 0 AND NOT endsWith(${ARN}, '/'), arrayElement(splitByChar('/', ${ARN}), -1), ${USER_NAME})`;
const READ_ONLY = `lower(if(startsWith(JSONExtractRaw(raw, 'readOnly'), '"'), ${own('readOnly')}, JSONExtractRaw(raw, 'readOnly')))`;

/** An insight event is named by the call that it is about. */
const named = (name: string): Sql =>
  `if(JSONType(raw, 'insightDetails') = 'Object' AND ${own('insightDetails', name)} != '', ${own('insightDetails', name)}, ${own(name)})`;

/** The event history keeps seconds and milliseconds turned around; together they are this minus the time. */
const LAST_HISTORY_MOMENT = 4_294_967_295_999;
const REVERSED = '(toUInt64(seconds) * 1000 + millis)';

/** Nothing routes the events of the history: their priority is that of their service. */
const priorityOf = (normalServices: readonly string[]): Sql =>
  normalServices.length === 0
    ? `''`
    : `if(splitByString('.amazonaws.com', ${named('eventSource')})[1] IN (${normalServices.map(literal).join(', ')}), 'normal', 'low')`;

/**
 * The event history of trails: it has few columns, the rest is read from the records. Events of `normalServices` have
 * normal priority, all others low; none at all where the list is empty.
 */
export function historyDialect(repo: string, database: string, normalServices: readonly string[]): Dialect {
  const offset = LAST_MOMENT - LAST_HISTORY_MOMENT;
  return {
    repo,
    table: `${identifier(database)}.events`,
    text: {
      id: `if(id != '', id, ${own('eventID')})`,
      account: 'account',
      region: 'region',
      source: named('eventSource'),
      name: named('eventName'),
      user: `multiIf(${TYPE} = 'Root', 'root', ${TYPE} = 'AWSService', '', ${TYPE} IN ('AssumedRole', 'FederatedUser'), ${SESSION}, ${USER_NAME})`,
      arn: ARN,
      accesskey: own('userIdentity', 'accessKeyId'),
      ip: own('sourceIPAddress'),
      error: own('errorCode'),
      readonly: `if(${READ_ONLY} IN ('true', 'false'), ${READ_ONLY}, '')`,
      category: `transform(category, [1, 2, 3, 4], ['Management', 'Data', 'NetworkActivity', 'Insight'], '')`,
      priority: priorityOf(normalServices),
      rule: `''`,
      from: `''`,
      file: `''`,
    },
    tags: `['cloudtrail']`,
    enrichment: `CAST(map(), 'Map(String, String)')`,
    raw: 'raw',
    age: `toUInt64(${REVERSED} + ${offset})`,
    tie: '(toUInt64(tie) * 4294967296 + rest)',
    arrived: `(${LAST_HISTORY_MOMENT} - ${REVERSED})`,
    between(first, last) {
      const [from, to] = [Math.max(0, first - offset), Math.max(0, last - offset)];
      // Seconds alone narrow the read by the table's order; the sum settles the rest.
      return (
        `seconds >= ${clampedSecond(from)} AND seconds <= ${clampedSecond(to)} ` +
        `AND ${REVERSED} >= ${whole(from)} AND ${REVERSED} <= ${whole(to)}`
      );
    },
  };
}

function clampedSecond(reversed: number): number {
  return Math.min(Math.floor(reversed / 1000), 0xffffffff);
}

function whole(value: number): number {
  if (!Number.isSafeInteger(value)) throw new Error(`search: ${value} is not a whole number`);
  return value;
}
