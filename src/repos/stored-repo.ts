import {
  type Connection,
  literal,
  RowBinaryReader,
  type Sql,
  toDecimal,
  tuneTable,
  writeLostAgain,
} from '../store/index.ts';
import { ageOf, BLOCK_TYPES, type RepoRow, tieOf } from './block/index.ts';
import { endOf, onlyMonths, samplesOf, startOf } from './months.ts';
import { createRepoTable, REPO_TUNING, tableOf } from './repo-table.ts';

/** A month that is dropped bit by bit is written anew when this part of it is too old: so each row is rewritten few times. */
const WORTH_REWRITING = 0.25;
/** Blocks say of each row whether it is still theirs; the tables need not know. */
const COLUMNS = BLOCK_TYPES.map(([name]) => name).filter((name) => name !== 'kept');

/** What a change of retention freed. */
export interface Freed {
  readonly rows: number;
  readonly bytes: number;
}

/** One repository's rows in the engine. May be called concurrently. */
export class StoredRepo {
  /** `database.table`. */
  readonly name: Sql;
  readonly #connection: Connection;
  readonly #database: string;
  readonly #repo: string;
  #made: Promise<void> | undefined;

  constructor(connection: Connection, database: string, repo: string) {
    this.name = `${database}.${tableOf(repo)}`;
    this.#connection = connection;
    this.#database = database;
    this.#repo = repo;
  }

  /** Makes the table if it is not there yet, as the others do. */
  make(): Promise<void> {
    if (this.#made) return this.#made;
    const making = (async () => {
      await this.#connection.command(`CREATE DATABASE IF NOT EXISTS ${this.#database}`);
      await this.#connection.command(createRepoTable(this.#database, this.#repo));
      await tuneTable(this.#connection, this.name, REPO_TUNING);
    })();
    making.catch(() => {
      this.#made = undefined;
    });
    this.#made = making;
    return making;
  }

  /** Idempotent by `token`; what the engine lost is written again. */
  async insert(blocks: readonly Buffer[], token: string): Promise<void> {
    await this.make();
    const write = (some: readonly Buffer[], token: string) =>
      this.#connection.insertBlocks({
        table: this.name,
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
      what: `repositories: ${this.#repo}`,
      token,
      lost: async () => {
        const lacking = await this.#lacking(samples, ({ place }) => place);
        return lacking.map(({ month }) => month);
      },
      write: (months, token) => write(onlyMonths(blocks, new Set(months)), token),
    });
  }

  /** Those whose row is not there. */
  async missing<Wanted extends Pick<RepoRow, 'eventId' | 'time'>>(
    records: readonly Wanted[],
  ): Promise<readonly Wanted[]> {
    if (records.length === 0) return [];
    await this.make();
    return this.#lacking(records, ({ eventId, time }) => `(${ageOf(time)}, ${toDecimal(tieOf(eventId))})`);
  }

  /** Drops what is older than `time` (ms): whole months at once, the rest when it is worth it. */
  async dropBefore(time: number): Promise<Freed> {
    await this.make();
    let freed: Freed = { rows: 0, bytes: 0 };
    for (const { month, rows, bytes } of await this.#months()) {
      if (endOf(month) <= time) {
        await this.#connection.command(`ALTER TABLE ${this.name} DROP PARTITION ${month}`);
        freed = { rows: freed.rows + rows, bytes: freed.bytes + bytes };
        continue;
      }
      if (startOf(month) >= time) continue;
      const old = await this.#count(
        `FROM ${this.name} WHERE _partition_id = '${month}' AND age > ${ageOf(time)}`,
      );
      if (old === 0 || old < rows * WORTH_REWRITING) continue;
      await this.#connection.command(
        `ALTER TABLE ${this.name} DELETE IN PARTITION ${month} WHERE age > ${ageOf(time)} SETTINGS mutations_sync = 2`,
      );
      const left = (await this.#months()).find((one) => one.month === month);
      freed = {
        rows: freed.rows + rows - (left?.rows ?? 0),
        bytes: freed.bytes + bytes - (left?.bytes ?? 0),
      };
    }
    return freed;
  }

  /** Those whose row is not there, looked for at the place (age, tie) that SQL is told. Most often all are. */
  async #lacking<One>(all: readonly One[], placeOf: (one: One) => Sql): Promise<readonly One[]> {
    const has = (some: readonly One[]) =>
      this.#count(
        `FROM ${this.name} WHERE (age, tie) IN (${some.map(placeOf).join(', ')})`,
        'uniqExact(age, tie)',
      );
    if (all.length === 0 || (await has(all)) >= new Set(all.map(placeOf)).size) return [];
    const lacking: One[] = [];
    for (const one of all) if ((await has([one])) === 0) lacking.push(one);
    return lacking;
  }

  async #months(): Promise<readonly { month: number; rows: number; bytes: number }[]> {
    const reader = new RowBinaryReader(
      await this.#connection.read(
        `SELECT toUInt32OrZero(partition) AS month, sum(rows), sum(bytes_on_disk) FROM system.parts ` +
          `WHERE active AND database = ${literal(this.#database)} AND table = ${literal(tableOf(this.#repo))} GROUP BY month ORDER BY month`,
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
