import type { State } from '../state/index.ts';
import { StateConflict } from '../state/index.ts';
import {
  type Connection,
  identifier,
  literal,
  RowBinaryReader,
  type Sql,
  toDecimal,
  writeLostAgain,
} from '../store/index.ts';
import { ageOf, BLOCK_TYPES, RepoBlockWriter, type RepoRow, tieOf } from './block/index.ts';
import { endOf, onlyMonths, samplesOf, startOf } from './months.ts';
import { createRepoTable, tableOf } from './repo-table.ts';

/** The repository that always exists. */
export const DEFAULT_REPO = 'default';
/** Searches name the event history of trails so: no repository may have the name. */
export const HISTORY = 'history';
const DEFAULT_RETENTION_DAYS = 365;
const PREFIX = 'repos/';
const DAY = 86_400_000;
/** A month that is dropped bit by bit is written anew when this part of it is too old: so each row is rewritten few times. */
const WORTH_REWRITING = 0.25;

/** Blocks say of each row whether it is still theirs; the tables need not know. */
const COLUMNS = BLOCK_TYPES.map(([name]) => name).filter((name) => name !== 'kept');

/** What is asked of a repository. */
export interface RepoSettings {
  readonly retentionDays: number;
}

/** A repository as it is. */
export interface RepoInfo extends RepoSettings {
  readonly name: string;
  readonly rows: number;
  /** On disk, compressed. */
  readonly bytes: number;
  /** Milliseconds since the epoch; absent while it is empty. To the month at its edges. */
  readonly oldest?: number;
  readonly newest?: number;
}

/** What a change of retention freed. */
export interface Freed {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Repositories: each a table of its own in the engine, newest first, in months. May be called concurrently.
 *
 * `insert` is idempotent by `token`: the same token with the same rows, repeated after any failure, stores them once;
 * when it resolves they are on disk and found.
 */
export interface Repos {
  /** Makes the repository, or changes its settings. Durable on return. @throws Error for a name that cannot be one */
  ensure(name: string, settings: RepoSettings): Promise<void>;
  /** Drops the repository with everything in it; `default` is emptied. */
  drop(name: string): Promise<void>;
  /** @throws Error when the repository does not exist */
  insert(name: string, rows: readonly RepoRow[], token: string): Promise<void>;
  /** The same for rows that are blocks already (see `repos/block`); those that no block keeps are not stored. */
  insertBlocks(name: string, blocks: readonly Buffer[], token: string): Promise<void>;
  /** Names and settings, `default` among them, by name. */
  names(): readonly (RepoSettings & { readonly name: string })[];
  list(): Promise<readonly RepoInfo[]>;
  /** Of these records, some hundred at most, those that are not in the repository. */
  missing<Wanted extends Pick<RepoRow, 'eventId' | 'time'>>(
    name: string,
    records: readonly Wanted[],
  ): Promise<readonly Wanted[]>;
  /** Drops the rows of one repository that are older than `time` (ms): whole months at once, the rest when it is worth it. */
  dropBefore(name: string, time: number): Promise<Freed>;
  /** The same for every repository by its own retention. */
  dropExpired(): Promise<ReadonlyMap<string, Freed>>;
  close(): Promise<void>;
}

/** What repositories need. */
export interface ReposOptions {
  readonly connection: Connection;
  readonly state: State;
  readonly now: () => number;
  /** The database of the tables; made when absent. Default `opentrail`. */
  readonly database?: string;
}

/** Opens the repositories as they were left; the engine may still be starting. */
export async function openRepos(options: ReposOptions): Promise<ClickHouseRepos> {
  const known = new Map<string, RepoSettings>();
  for (const { key, value } of await options.state.list<RepoSettings>(PREFIX)) {
    known.set(decodeURIComponent(key.slice(PREFIX.length)), value);
  }
  if (!known.has(DEFAULT_REPO)) known.set(DEFAULT_REPO, { retentionDays: DEFAULT_RETENTION_DAYS });
  return new ClickHouseRepos(options, known);
}

/** The one implementation; searches use its tables. */
export class ClickHouseRepos implements Repos {
  readonly database: string;
  readonly #connection: Connection;
  readonly #state: State;
  readonly #now: () => number;
  readonly #known: Map<string, RepoSettings>;
  readonly #made = new Map<string, Promise<void>>();

  constructor(options: ReposOptions, known: Map<string, RepoSettings>) {
    this.database = identifier(options.database ?? 'opentrail');
    this.#connection = options.connection;
    this.#state = options.state;
    this.#now = options.now;
    this.#known = known;
  }

  async ensure(name: string, settings: RepoSettings): Promise<void> {
    if (name === '' || Buffer.byteLength(name) > 128 || name === HISTORY) {
      throw new Error(
        `repositories: ${JSON.stringify(name)} cannot be a name (1 to 128 bytes, not ${HISTORY})`,
      );
    }
    const { retentionDays } = settings;
    if (!Number.isInteger(retentionDays) || retentionDays < 1 || retentionDays > 36_500) {
      throw new Error(`repositories: retention must be 1 to 36500 days, found ${retentionDays}`);
    }
    await this.#save(name, { retentionDays });
    this.#known.set(name, { retentionDays });
    await this.#make(name);
  }

  async drop(name: string): Promise<void> {
    const stored = await this.#state.get(keyOf(name));
    if (stored) await this.#state.delete(stored.key, stored.version);
    if (name !== DEFAULT_REPO) this.#known.delete(name);
    this.#made.delete(name);
    await this.#connection.command(`DROP TABLE IF EXISTS ${this.tableOf(name)} SYNC`);
  }

  async insert(name: string, rows: readonly RepoRow[], token: string): Promise<void> {
    if (rows.length === 0) return;
    const writer = new RepoBlockWriter();
    for (const row of rows) writer.add(row, row);
    const block = Buffer.alloc(writer.size());
    writer.write(block, 0);
    await this.insertBlocks(name, [block], token);
  }

  async insertBlocks(name: string, blocks: readonly Buffer[], token: string): Promise<void> {
    if (blocks.length === 0) return;
    if (!this.#known.has(name)) throw new Error(`repositories: there is no ${JSON.stringify(name)}`);
    await this.#make(name);
    const write = (some: readonly Buffer[], token: string) =>
      this.#connection.insertBlocks({
        table: this.tableOf(name),
        columns: COLUMNS,
        structure: BLOCK_TYPES,
        where: 'kept = 1',
        blocks: some,
        token,
      });
    // The month belongs to the token: an engine that crashed within an insert may have kept some months of it, and the
    // repetition adds the others.
    await write(blocks, token);
    const samples = samplesOf(blocks);
    await writeLostAgain({
      what: `repositories: ${name}`,
      token,
      lost: async () => {
        const lacking = await this.#lacking(name, samples, ({ place }) => place);
        return lacking.map(({ month }) => month);
      },
      write: (months, token) => write(onlyMonths(blocks, new Set(months)), token),
    });
  }

  names(): readonly (RepoSettings & { readonly name: string })[] {
    return [...this.#known]
      .map(([name, settings]) => ({ name, ...settings }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async list(): Promise<readonly RepoInfo[]> {
    const sizes = new Map<string, Omit<RepoInfo, 'name' | 'retentionDays'>>();
    const reader = new RowBinaryReader(
      await this.#connection.read(
        `SELECT table, sum(rows), sum(bytes_on_disk), min(toUInt32OrZero(partition)), max(toUInt32OrZero(partition)) ` +
          `FROM system.parts WHERE active AND database = ${literal(this.database)} GROUP BY table`,
      ),
    );
    while (!reader.done) {
      const table = reader.string();
      const [rows, bytes] = [Number(reader.uint64()), Number(reader.uint64())];
      const [first, last] = [reader.uint32(), reader.uint32()];
      sizes.set(table, { rows, bytes, oldest: startOf(first), newest: endOf(last) - 1 });
    }
    return this.names().map((repo) => ({
      ...repo,
      ...(sizes.get(tableOf(repo.name)) ?? { rows: 0, bytes: 0 }),
    }));
  }

  async missing<Wanted extends Pick<RepoRow, 'eventId' | 'time'>>(
    name: string,
    records: readonly Wanted[],
  ): Promise<readonly Wanted[]> {
    if (records.length === 0) return [];
    await this.#make(name);
    return this.#lacking(
      name,
      records,
      ({ eventId, time }) => `(${ageOf(time)}, ${toDecimal(tieOf(eventId))})`,
    );
  }

  async dropBefore(name: string, time: number): Promise<Freed> {
    await this.#make(name);
    const table = this.tableOf(name);
    let freed: Freed = { rows: 0, bytes: 0 };
    for (const { month, rows, bytes } of await this.#months(name)) {
      if (endOf(month) <= time) {
        await this.#connection.command(`ALTER TABLE ${table} DROP PARTITION ${month}`);
        freed = { rows: freed.rows + rows, bytes: freed.bytes + bytes };
        continue;
      }
      if (startOf(month) >= time) continue;
      const old = await this.#count(
        `FROM ${table} WHERE _partition_id = '${month}' AND age > ${ageOf(time)}`,
      );
      if (old === 0 || old < rows * WORTH_REWRITING) continue;
      await this.#connection.command(
        `ALTER TABLE ${table} DELETE IN PARTITION ${month} WHERE age > ${ageOf(time)} SETTINGS mutations_sync = 2`,
      );
      const left = (await this.#months(name)).find((one) => one.month === month);
      freed = {
        rows: freed.rows + rows - (left?.rows ?? 0),
        bytes: freed.bytes + bytes - (left?.bytes ?? 0),
      };
    }
    return freed;
  }

  async dropExpired(): Promise<ReadonlyMap<string, Freed>> {
    const freed = new Map<string, Freed>();
    for (const { name, retentionDays } of this.names()) {
      const one = await this.dropBefore(name, this.#now() - retentionDays * DAY);
      if (one.rows > 0) freed.set(name, one);
    }
    return freed;
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** `database.table` of a repository. */
  tableOf(name: string): Sql {
    return `${this.database}.${tableOf(name)}`;
  }

  /** Makes the tables of these repositories if they are not there yet: a search must find them. */
  async ready(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#make(name)));
  }

  #make(name: string): Promise<void> {
    const made = this.#made.get(name);
    if (made) return made;
    const making = (async () => {
      await this.#connection.command(`CREATE DATABASE IF NOT EXISTS ${this.database}`);
      await this.#connection.command(createRepoTable(this.database, name));
    })();
    making.catch(() => this.#made.delete(name));
    this.#made.set(name, making);
    return making;
  }

  async #save(name: string, settings: RepoSettings): Promise<void> {
    const key = keyOf(name);
    for (;;) {
      const stored = await this.#state.get<RepoSettings>(key);
      if (stored?.value.retentionDays === settings.retentionDays) return;
      try {
        await this.#state.put(key, settings, stored?.version ?? 0);
        return;
      } catch (error) {
        if (!(error instanceof StateConflict)) throw error;
      }
    }
  }

  /** Those whose row is not there, looked for at the place (age, tie) that SQL is told. Most often all are. */
  async #lacking<One>(
    name: string,
    all: readonly One[],
    placeOf: (one: One) => Sql,
  ): Promise<readonly One[]> {
    const has = (some: readonly One[]) =>
      this.#count(
        `FROM ${this.tableOf(name)} WHERE (age, tie) IN (${some.map(placeOf).join(', ')})`,
        'uniqExact(age, tie)',
      );
    if (all.length === 0 || (await has(all)) >= new Set(all.map(placeOf)).size) return [];
    const lacking: One[] = [];
    for (const one of all) if ((await has([one])) === 0) lacking.push(one);
    return lacking;
  }

  async #months(name: string): Promise<readonly { month: number; rows: number; bytes: number }[]> {
    const reader = new RowBinaryReader(
      await this.#connection.read(
        `SELECT toUInt32OrZero(partition) AS month, sum(rows), sum(bytes_on_disk) FROM system.parts ` +
          `WHERE active AND database = ${literal(this.database)} AND table = ${literal(tableOf(name))} GROUP BY month ORDER BY month`,
      ),
    );
    const months: { month: number; rows: number; bytes: number }[] = [];
    while (!reader.done) {
      months.push({ month: reader.uint32(), rows: Number(reader.uint64()), bytes: Number(reader.uint64()) });
    }
    return months;
  }

  async #count(from: Sql, what: Sql = 'count()'): Promise<number> {
    const answer = await this.#connection.read(`SELECT ${what} ${from} SETTINGS max_execution_time = 60`);
    return Number(new RowBinaryReader(answer).uint64());
  }
}

function keyOf(name: string): string {
  return PREFIX + encodeURIComponent(name);
}
