import type { Field, Query } from '../../search/index.ts';
import { Slots } from '../../slots/index.ts';
import { type Connection, RowBinaryReader, type Sql, toDecimal } from '../../store/index.ts';
import { LAST_MOMENT, tieOf } from '../block/index.ts';
import { type ClickHouseRepos, HISTORY } from '../repos.ts';
import { outlookOf } from './compile-query.ts';
import { historyDialect, repoDialect } from './dialect.ts';
import { Parameters } from './parameters.ts';
import { counts, newestRows, type Place, type Scope, type Table, timeline } from './search-sql.ts';

/** Whose events, where and when; no search is without a window. */
export interface SearchRequest {
  readonly query: Query;
  /** Milliseconds since the epoch, both inclusive. */
  readonly from: number;
  readonly to: number;
  /** Accounts whose events may be found: in repositories, and in the event history. */
  readonly accounts: {
    readonly repos: readonly string[] | 'any';
    readonly history: readonly string[] | 'any';
  };
  /** Only what arrived at or after this moment (in the event history: what happened since). */
  readonly arrivedSince?: number;
}

/** One found event. Empty text: absent. */
export interface FoundRecord {
  /** Name of the repository; `history`: the event history. */
  readonly repo: string;
  readonly id: string;
  readonly time: number;
  readonly arrived: number;
  readonly account: string;
  readonly region: string;
  readonly source: string;
  readonly name: string;
  readonly user: string;
  readonly ip: string;
  readonly error: string;
  readonly priority: string;
  readonly rule: string;
  readonly from: string;
  readonly file: string;
  readonly tags: readonly string[];
  readonly enrichment: ReadonlyMap<string, string>;
  /** The record's own text; empty when it is not kept. */
  readonly raw: string;
}

/** A combination of values, and how many events have it. */
export interface Count {
  readonly values: readonly string[];
  readonly count: number;
}

/** A step of a timeline: from `from` to before `to`. */
export interface Step {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** A search could not be done as asked; `message` says what would help. */
export class SearchRefused extends Error {
  readonly reason: 'busy' | 'too-long' | 'too-large';
  constructor(reason: SearchRefused['reason'], message: string) {
    super(message);
    this.name = 'SearchRefused';
    this.reason = reason;
  }
}

/** Searches over repositories and the event history. All calls throw SearchRefused. */
export interface Searcher {
  /** Newest first, page by page, at most `limit` in all. */
  find(request: SearchRequest, limit: number): AsyncGenerator<readonly FoundRecord[]>;
  /** The commonest combinations of the values of these fields. */
  count(request: SearchRequest, fields: readonly Field[], limit: number): Promise<readonly Count[]>;
  /** The window in about `steps` equal steps, the empty ones too, oldest first. */
  timeline(request: SearchRequest, steps: number): Promise<readonly Step[]>;
}

const FIRST_PAGE = 500;
const PAGE = 2000;
const MAX_RUNNING = 2;
const MAX_WAITING = 32;

/** What searches need. */
export interface SearcherOptions {
  readonly repos: ClickHouseRepos;
  readonly connection: Connection;
  /** Resolves when the tables of the event history are there. */
  readonly historyReady: () => Promise<void>;
  /** For how long the event history keeps events. */
  readonly historyDays: number;
  /** Services whose events in the history have normal priority, such as `iam`. Default none: no priority at all. */
  readonly normalServices?: readonly string[];
  readonly now: () => number;
}

const DAY = 86_400_000;

/** Makes searches over repositories, and the event history that lies in the same database. */
export function createSearcher(options: SearcherOptions): Searcher {
  const { repos, connection, historyReady, now } = options;

  const slots = new Slots(MAX_RUNNING, {
    most: MAX_WAITING,
    refuse: () => new SearchRefused('busy', `${MAX_WAITING} searches wait already; try again in a moment`),
  });

  async function run(sql: Sql, parameters: Parameters): Promise<RowBinaryReader> {
    try {
      const answer = await slots.run(() =>
        connection.read(sql, { parameters: parameters.values, lane: 'search' }),
      );
      return new RowBinaryReader(answer);
    } catch (error) {
      throw explain(error);
    }
  }

  async function scopeOf({ query, accounts, ...window }: SearchRequest): Promise<Scope> {
    const wanted = repos.names().filter(({ name }) => outlookOf(query, name) !== 'none');
    await repos.ready(wanted.map(({ name }) => name));
    await historyReady();
    const oldest = (days: number) => Math.max(0, now() - days * DAY);
    const tables: Table[] = wanted.map(({ name, retentionDays }) => ({
      dialect: repoDialect(name, repos.tableOf(name), (id) => toDecimal(tieOf(id))),
      accounts: accounts.repos,
      oldest: oldest(retentionDays),
    }));
    if (outlookOf(query, HISTORY) !== 'none') {
      const dialect = historyDialect(HISTORY, repos.database, options.normalServices ?? []);
      tables.push({ dialect, accounts: accounts.history, oldest: oldest(options.historyDays) });
    }
    return { query, ...window, tables };
  }

  return {
    async *find(request, limit) {
      const scope = await scopeOf(request);
      if (scope.tables.length === 0 || request.from > request.to) return;
      let left = limit;
      let size = Math.min(limit, FIRST_PAGE);
      let start: Place | undefined;
      while (left > 0) {
        const parameters = new Parameters();
        const rows = readRows(await run(newestRows(scope, size + 1, start, parameters), parameters), scope);
        const last = rows.at(-1);
        if (!last) return;
        const isEnd = rows.length <= size;
        // Where a full answer was cut, the rows of its last place may not be all.
        const whole = isEnd ? rows : rows.filter(({ place }) => !isSame(place, last.place));
        if (whole.length > 0) yield whole.slice(0, left).map(({ record }) => record);
        left -= whole.length;
        if (isEnd) return;
        start = last.place;
        size = whole.length === 0 ? size * 2 : Math.min(PAGE, Math.max(left, 1));
      }
    },

    async count(request, fields, limit) {
      const scope = await scopeOf(request);
      if (scope.tables.length === 0 || request.from > request.to) return [];
      const parameters = new Parameters();
      const reader = await run(counts(scope, fields, limit, parameters), parameters);
      const found: Count[] = [];
      while (!reader.done) {
        const values = fields.map(() => reader.string());
        found.push({ values, count: Number(reader.uint64()) });
      }
      return found;
    },

    async timeline(request, steps) {
      const scope = await scopeOf(request);
      if (request.from > request.to) return [];
      const step = Math.max(1, Math.ceil((request.to - request.from + 1) / steps));
      const found = new Map<number, number>();
      if (scope.tables.length > 0) {
        const parameters = new Parameters();
        const reader = await run(timeline(scope, step, parameters), parameters);
        while (!reader.done) found.set(Number(reader.uint64()), Number(reader.uint64()));
      }
      const all: Step[] = [];
      for (let from = request.from, at = 0; from <= request.to; from += step, at++) {
        all.push({ from, to: Math.min(from + step, request.to + 1), count: found.get(at) ?? 0 });
      }
      return all;
    },
  };
}

interface PlacedRecord {
  readonly place: Place;
  readonly record: FoundRecord;
}

function readRows(reader: RowBinaryReader, scope: Scope): readonly PlacedRecord[] {
  const rows: PlacedRecord[] = [];
  while (!reader.done) rows.push(readRow(reader, scope));
  return rows;
}

function readRow(reader: RowBinaryReader, scope: Scope): PlacedRecord {
  const table = reader.uint8();
  const place = { table, age: reader.uint64(), tie: reader.uint64() };
  const repo = scope.tables[table]?.dialect.repo ?? '';
  const arrived = Number(reader.uint64());
  const text = () => reader.string();
  const [id, account, region, source, name, user] = [text(), text(), text(), text(), text(), text()];
  const [ip, error, priority, rule, from, file] = [text(), text(), text(), text(), text(), text()];
  const tags = Array.from({ length: reader.count() }, text);
  const enrichment = new Map(Array.from({ length: reader.count() }, () => [text(), text()] as const));
  const raw = text();
  const time = LAST_MOMENT - Number(place.age);
  const known = { repo, id, time, arrived, account, region, source, name, user, ip, error };
  return { place, record: { ...known, priority, rule, from, file, tags, enrichment, raw } };
}

function isSame(a: Place, b: Place): boolean {
  return a.age === b.age && a.tie === b.tie && a.table === b.table;
}

/** ClickHouse's error codes: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp */
function explain(error: unknown): unknown {
  switch ((error as { readonly code?: unknown }).code) {
    case '159':
      return new SearchRefused(
        'too-long',
        'the search took longer than 30 seconds; choose a shorter time window, or add a field such as source: or account:',
      );
    case '241':
    case '396':
      return new SearchRefused(
        'too-large',
        'the search needs too much memory; choose a shorter time window, or count by fields with fewer values',
      );
    case '202':
      return new SearchRefused('busy', 'the engine is busy with other searches; try again in a moment');
    default:
      return error;
  }
}
