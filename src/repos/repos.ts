import type { State } from '../state/index.ts';
import { StateConflict } from '../state/index.ts';
import { type Connection, identifier, literal, RowBinaryReader, type Sql } from '../store/index.ts';
import { RepoBlockWriter, type RepoRow } from './block/index.ts';
import { endOf, startOf } from './months.ts';
import { tableOf } from './repo-table.ts';
import { type Freed, StoredRepo } from './stored-repo.ts';

/** The repository that always exists. */
export const DEFAULT_REPO = 'default';
/** Searches name the event history of trails so: no repository may have the name. */
export const HISTORY = 'history';
const DEFAULT_RETENTION_DAYS = 365;
const PREFIX = 'repos/';
const DAY = 86_400_000;

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
  readonly #tables = new Map<string, StoredRepo>();

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
    await this.#table(name).make();
  }

  async drop(name: string): Promise<void> {
    const stored = await this.#state.get(keyOf(name));
    if (stored) await this.#state.delete(stored.key, stored.version);
    if (name !== DEFAULT_REPO) this.#known.delete(name);
    this.#tables.delete(name);
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
    await this.#table(name).insert(blocks, token);
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
    return this.#table(name).missing(records);
  }

  async dropBefore(name: string, time: number): Promise<Freed> {
    return this.#table(name).dropBefore(time);
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
    return this.#table(name).name;
  }

  /** Makes the tables of these repositories if they are not there yet: a search must find them. */
  async ready(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#table(name).make()));
  }

  #table(name: string): StoredRepo {
    const known = this.#tables.get(name);
    if (known) return known;
    const table = new StoredRepo(this.#connection, this.database, name);
    this.#tables.set(name, table);
    return table;
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
}

function keyOf(name: string): string {
  return PREFIX + encodeURIComponent(name);
}
