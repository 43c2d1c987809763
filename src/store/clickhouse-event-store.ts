import type { AcceptedEvent, EventCategory } from '../event/index.ts';
import { ClickHouseConnection, type ConnectionOptions } from './connection.ts';
import type { EngineLog } from './engine/engine.ts';
import { type EventRows, writeEventRows } from './event-rows.ts';
import type { EventStore, FoundEvent, LookupRequest, ScanRequest } from './event-store.ts';
import { type FindRequest, findEvents } from './find-events.ts';
import { categoryCode, categoryOf, type Lane } from './lane.ts';
import { writeLostAgain } from './lost-rows.ts';
import { toDecimal } from './native/index.ts';
import { type Column, RowBinaryReader, RowBinaryWriter } from './row-binary.ts';
import { ATTRIBUTE_COLUMNS, createTables, EVENT_COLUMNS, LANE_COLUMNS } from './schema.ts';
import { identifier, literal, type Sql } from './sql.ts';
import { TimeSlices } from './time-slices.ts';
import { NO_STATISTICS, tuneTable } from './tune-table.ts';

/** Options of `openEventStore`: an embedded engine, or the URL of a ClickHouse server. */
export type EventStoreOptions = ConnectionOptions & {
  /** The database of the tables, made when absent. Default `opentrail`. */
  readonly database?: string;
  readonly log?: EngineLog;
};

const ALL_CATEGORIES: readonly EventCategory[] = ['Management', 'Data', 'NetworkActivity', 'Insight'];
const SCAN_PAGE = 1000;

type HistoryTable = 'events' | 'attributes';
const COLUMNS = { events: EVENT_COLUMNS, attributes: ATTRIBUTE_COLUMNS } as const;
/** Above this, asking which lanes exist is cheaper than looking into each. */
const MAX_GUESSED_LANES = 8;
const MAX_LANES = 1500;
const MAX_NAME_BYTES = 256;

/** Opens the store and returns at once: the engine may still be starting, every call waits for it. */
export async function openEventStore(options: EventStoreOptions): Promise<EventStore> {
  return new ClickHouseEventStore(options);
}

class ClickHouseEventStore implements EventStore {
  readonly #connection: ClickHouseConnection;
  readonly #db: string;
  readonly #knownLanes = new Set<string>();
  #tables: Promise<void> | undefined;

  constructor(options: EventStoreOptions) {
    this.#db = identifier(options.database ?? 'opentrail');
    this.#connection = new ClickHouseConnection(options);
  }

  async ready(): Promise<void> {
    await this.#connection.ready();
    this.#tables ??= this.#createTables().catch((error: unknown) => {
      this.#tables = undefined;
      throw error;
    });
    await this.#tables;
  }

  async insert(events: readonly AcceptedEvent[], token: string): Promise<void> {
    if (events.length === 0) return;
    const rows = writeEventRows(events);
    // Every step may be repeated: lanes replace each other, both tables know the token. So a failure anywhere,
    // between the two tables too, is answered by doing all of it again.
    await this.#repeat(async () => {
      await this.#insertLanes(rows.lanes);
      const write = async (tables: readonly HistoryTable[], token: string) => {
        for (const table of tables) await this.#insertRows(table, COLUMNS[table], rows[table], token);
      };
      await write(['attributes', 'events'], token);
      // Some months of a table may stand twice after this, which lookups hide.
      await writeLostAgain({ what: 'event store', token, lost: () => this.#lostOf(rows), write });
    });
  }

  async lookup(request: LookupRequest): Promise<readonly FoundEvent[]> {
    const lanes = await this.#lanesOf(request);
    return this.#find({ ...request, lanes, order: 'descending' });
  }

  async *scan(request: ScanRequest): AsyncGenerator<readonly FoundEvent[]> {
    const lanes = await this.#lanesOf(request);
    const order = request.order ?? 'descending';
    const slices = new TimeSlices({ ...request, order });
    for (let slice = slices.next(); slice; slice = slices.next()) {
      let { after } = request;
      let count = 0;
      for (;;) {
        const page = await this.#find({ ...request, ...slice, lanes, order, after, limit: SCAN_PAGE });
        count += page.length;
        if (page.length > 0) yield page;
        const last = page.at(-1);
        if (!last || page.length < SCAN_PAGE) break;
        after = { time: last.time, eventId: last.eventId };
      }
      slices.met(count, SCAN_PAGE);
    }
  }

  async dropBefore(time: number): Promise<void> {
    const partitions = await this.#query(
      `SELECT DISTINCT table, partition FROM system.parts WHERE active AND database = ${literal(this.#db)} ` +
        `AND table IN ('events', 'attributes')`,
    );
    const reader = new RowBinaryReader(partitions);
    while (!reader.done) {
      const [table, month] = [reader.string(), reader.string()];
      if (/^\d{6}$/.test(month) && endOfMonth(month) <= time) {
        await this.#command(`ALTER TABLE ${this.#db}.${identifier(table)} DROP PARTITION ${month}`);
      }
    }
  }

  async size(): Promise<{ readonly events: number; readonly bytes: number }> {
    const reader = new RowBinaryReader(
      await this.#query(
        `SELECT sumIf(rows, table = 'events'), sum(bytes_on_disk) FROM system.parts ` +
          `WHERE active AND database = ${literal(this.#db)}`,
      ),
    );
    return { events: Number(reader.uint64()), bytes: Number(reader.uint64()) };
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #find(
    request: Omit<FindRequest, 'attributes'> & Pick<LookupRequest, 'attributes'>,
  ): Promise<readonly FoundEvent[]> {
    return findEvents((sql) => this.#query(sql), this.#db, {
      ...request,
      attributes: request.attributes ?? [],
    });
  }

  /** The lanes to look into: as asked, or as known to exist. */
  async #lanesOf(request: Omit<LookupRequest, 'limit'>): Promise<readonly Lane[]> {
    const categories = request.categories ?? ALL_CATEGORIES;
    // No stored name is longer; what callers send as one may be, and a statement has a limit of 256 kB.
    const accounts = request.accounts?.filter(isStorableName);
    const regions = request.regions?.filter(isStorableName);
    if (accounts && regions && accounts.length * regions.length * categories.length <= MAX_GUESSED_LANES) {
      return accounts.flatMap((account) =>
        regions.flatMap((region) => categories.map((category) => ({ account, region, category }))),
      );
    }
    if (accounts?.length === 0 || categories.length === 0 || regions?.length === 0) return [];
    const reader = new RowBinaryReader(
      await this.#query(
        `SELECT DISTINCT account, region, category FROM ${this.#db}.lanes ` +
          `WHERE category IN (${categories.map(categoryCode).join(', ')})` +
          (accounts ? ` AND account IN (${accounts.map(literal).join(', ')})` : '') +
          (regions ? ` AND region IN (${regions.map(literal).join(', ')})` : ''),
      ),
    );
    const lanes: Lane[] = [];
    while (!reader.done) {
      lanes.push({ account: reader.string(), region: reader.string(), category: categoryOf(reader.uint8()) });
    }
    if (lanes.length > MAX_LANES) {
      throw new Error(
        `event store: the lookup spans ${lanes.length} pairs of account, Region and category; at most ${MAX_LANES} can ` +
          'be read at once, name fewer accounts or Regions',
      );
    }
    return lanes;
  }

  async #createTables(): Promise<void> {
    const once = {
      read: (sql: Sql) => this.#connection.readOnce(sql),
      command: (sql: Sql) => this.#connection.commandOnce(sql),
    };
    for (const sql of createTables(this.#db)) await once.command(sql);
    for (const table of ['events', 'attributes'])
      await tuneTable(once, `${this.#db}.${table}`, NO_STATISTICS);
  }

  async #insertLanes(lanes: readonly Lane[]): Promise<void> {
    const name = (lane: Lane) => `${lane.account}\u0000${lane.region}\u0000${lane.category}`;
    const fresh = lanes.filter((lane) => !this.#knownLanes.has(name(lane)));
    if (fresh.length === 0) return;
    const writer = new RowBinaryWriter(LANE_COLUMNS, 4096);
    for (const lane of fresh) {
      writer.string(lane.account);
      writer.string(lane.region);
      writer.uint8(categoryCode(lane.category));
    }
    await this.#insertRows('lanes', LANE_COLUMNS, writer.finish());
    for (const lane of fresh) this.#knownLanes.add(name(lane));
  }

  #insertRows(table: string, columns: readonly Column[], rows: Buffer, token?: string): Promise<void> {
    return this.#connection.insertOnce(`${this.#db}.${table}`, columns, rows, token);
  }

  /** Reads one row of each month back from both tables; answers the tables that do not have them all. */
  async #lostOf({ samples }: EventRows): Promise<readonly HistoryTable[]> {
    const events = samples.map(
      ({ lane, place }) =>
        `(${literal(lane.account)}, ${literal(lane.region)}, ${categoryCode(lane.category)}, ` +
        `${place.seconds}, ${place.millis}, ${place.tie}, ${place.rest})`,
    );
    const attributes = samples.map(
      ({ key, place }) => `(${toDecimal(key)}, ${place.seconds}, ${place.millis}, ${place.tie})`,
    );
    const eventRow = '(account, region, category, seconds, millis, tie, rest)';
    const attributeRow = '(key, seconds, millis, tie)';
    const answer = await this.#connection.readOnce(
      `SELECT assumeNotNull((SELECT uniqExact(${eventRow}) FROM ${this.#db}.events WHERE ${eventRow} IN (${events.join(', ')}))), ` +
        `assumeNotNull((SELECT uniqExact(${attributeRow}) FROM ${this.#db}.attributes WHERE ${attributeRow} IN (${attributes.join(', ')}))) ` +
        'SETTINGS max_execution_time = 30',
    );
    const reader = new RowBinaryReader(answer);
    const [inEvents, inAttributes] = [reader.uint64(), reader.uint64()];
    const lost: HistoryTable[] = [];
    if (inAttributes < BigInt(samples.length)) lost.push('attributes');
    if (inEvents < BigInt(samples.length)) lost.push('events');
    return lost;
  }

  #query(sql: Sql): Promise<Buffer> {
    return this.#repeat(() => this.#connection.readOnce(sql));
  }

  #command(sql: Sql): Promise<void> {
    return this.#repeat(() => this.#connection.commandOnce(sql));
  }

  #repeat<T>(work: () => Promise<T>): Promise<T> {
    return this.#connection.repeat(work, () => this.ready());
  }
}

function isStorableName(name: string): boolean {
  return Buffer.byteLength(name) <= MAX_NAME_BYTES;
}

function endOfMonth(month: string): number {
  return Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)), 1);
}
