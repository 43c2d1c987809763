import { createHash } from 'node:crypto';
import http from 'node:http';
import { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { Engine } from './engine/engine.ts';
import { withSpooledRows } from './engine/spooled-rows.ts';
import type { Column } from './row-binary.ts';
import { literal, type Sql } from './sql.ts';

/** Where statements go: to an embedded engine, or to the URL of a ClickHouse server. */
export type ConnectionOptions = { readonly engine: Engine } | { readonly url: string };

/** Rows in blocks of ClickHouse's Native format, see `store/native`. */
export interface BlockInsert {
  readonly table: Sql;
  /** Of the table, and of the same names in the blocks. */
  readonly columns: readonly string[];
  /** What the blocks hold. */
  readonly structure: readonly Column[];
  /** A condition over the columns of the blocks. */
  readonly where: Sql;
  readonly blocks: readonly Buffer[];
  readonly token: string;
}

/** How one statement is run. */
export interface StatementOptions {
  /** Values of `{name:String}` in the statement, as they are. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** `search`: on a connection of its own, so that a long one never stands before a lookup. Default `lookup`. */
  readonly lane?: 'lookup' | 'search';
}

/**
 * The door to the engine for the rooms that keep tables there. Statements are this program's own text; values from
 * outside are parameters, or go through `literal`. Every call waits for the engine, and is repeated when the engine
 * went away in between: statements must bear that (inserts by their token).
 */
export interface Connection {
  /** Resolves when the engine answers. */
  ready(): Promise<void>;
  /**
   * Inserts RowBinaryWithNamesAndTypes rows as one block; the same token with the same rows, repeated, stores them once.
   * On disk when it resolves, if the table syncs its inserts.
   */
  insert(table: Sql, columns: readonly Column[], rows: Buffer, token?: string): Promise<void>;
  /**
   * The same for Native blocks, one after the other: of their columns those that are named, of their rows those that
   * `where` keeps.
   */
  insertBlocks(insert: BlockInsert): Promise<void>;
  /** Runs a query that has no FORMAT; answers RowBinary. */
  read(sql: Sql, options?: StatementOptions): Promise<Buffer>;
  /** Runs a statement that changes something. */
  command(sql: Sql): Promise<void>;
  close(): Promise<void>;
}

/** Opens a door and returns at once: the engine may still be starting. */
export function openConnection(options: ConnectionOptions): Connection {
  return new ClickHouseConnection(options);
}

const MAX_ATTEMPTS = 4;

/** The one implementation, through `@clickhouse/client`. */
export class ClickHouseConnection implements Connection {
  readonly #client: ClickHouseClient;
  readonly #agent: http.Agent | undefined;
  readonly #engine: Engine | undefined;

  constructor(options: ConnectionOptions) {
    const common = {
      request_timeout: 120_000,
      log: { level: ClickHouseLogLevel.OFF },
      application: 'opentrail',
      compression: { request: false, response: false },
    };
    if ('engine' in options) {
      this.#engine = options.engine;
      this.#agent = unixAgent(options.engine.socketPath);
      this.#client = createClient({ url: 'http://engine', http_agent: this.#agent, ...common });
    } else {
      this.#client = createClient({ url: options.url, max_open_connections: 16, ...common });
    }
  }

  async ready(): Promise<void> {
    await this.#engine?.ready();
  }

  insert(table: Sql, columns: readonly Column[], rows: Buffer, token?: string): Promise<void> {
    return this.repeat(() => this.insertOnce(table, columns, rows, token));
  }

  insertBlocks({ table, columns, structure, where, blocks, token }: BlockInsert): Promise<void> {
    const names = columns.join(', ');
    const types = structure.map(([name, type]) => `${name} ${type}`).join(', ');
    const insert = `INSERT INTO ${table} (${names}) SETTINGS ${insertSettings(token)} SELECT ${names}`;
    return this.repeat(() =>
      this.#insert(blocks, {
        sent: `${insert} FROM input('${types}') WHERE ${where} FORMAT Native`,
        spooled: (file) => `${insert} FROM file(${file}, 'Native', '${types}') WHERE ${where}`,
      }),
    );
  }

  read(sql: Sql, options?: StatementOptions): Promise<Buffer> {
    return this.repeat(() => this.readOnce(sql, options));
  }

  command(sql: Sql): Promise<void> {
    return this.repeat(() => this.commandOnce(sql));
  }

  async close(): Promise<void> {
    await this.#client.close();
    this.#agent?.destroy();
  }

  /** `insert` without the repetition: for a work of several statements that is repeated whole. */
  async insertOnce(table: Sql, columns: readonly Column[], rows: Buffer, token?: string): Promise<void> {
    const insert =
      `INSERT INTO ${table} (${columns.map(([name]) => name).join(', ')}) ` +
      `SETTINGS ${insertSettings(token)}`;
    await this.#insert([rows], {
      sent: `${insert} FORMAT RowBinaryWithNamesAndTypes`,
      spooled: (file) => `${insert} SELECT * FROM file(${file}, 'RowBinaryWithNamesAndTypes')`,
    });
  }

  /** Rows go to a server with their statement, to an embedded engine before it. */
  async #insert(
    rows: readonly Buffer[],
    statement: { readonly sent: Sql; readonly spooled: (file: Sql) => Sql },
  ): Promise<void> {
    if (!this.#engine) return await this.#send(statement.sent, rows);
    await withSpooledRows(this.#engine.spool, rows, (file) =>
      this.commandOnce(statement.spooled(literal(file))),
    );
  }

  async #send(query: Sql, buffers: readonly Buffer[]): Promise<void> {
    const { stream } = await this.#client.exec({
      query,
      values: Readable.from(chunksOf(buffers), { objectMode: false }),
    });
    stream.resume();
    await new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject));
  }

  /** `read` without the repetition. */
  async readOnce(sql: Sql, { parameters, lane }: StatementOptions = {}): Promise<Buffer> {
    const { stream } = await this.#client.exec({
      query: `${sql} FORMAT RowBinary`,
      ...(parameters && { query_params: { ...parameters } }),
      // A ClickHouse server writes it into its query log; the embedded engine chooses the connection by it.
      ...(lane === 'search' && { clickhouse_settings: { log_comment: 'search' } }),
    });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  /** `command` without the repetition. */
  async commandOnce(sql: Sql): Promise<void> {
    await this.#client.command({ query: sql });
  }

  /** Once more when the engine went away in between; its own refusals are final. `ready` is awaited before each try. */
  async repeat<T>(work: () => Promise<T>, ready: () => Promise<void> = () => this.ready()): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      await ready();
      try {
        return await work();
      } catch (error) {
        if (attempt >= MAX_ATTEMPTS || !isBrokenConnection(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50 * attempt));
      }
    }
  }
}

const BROKEN = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ERR_STREAM_PREMATURE_CLOSE']);

function isBrokenConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return (code !== undefined && BROKEN.has(code)) || /socket hang up|aborted|premature/i.test(error.message);
}

/** Node's types leave out that an agent hands its options on to `net.connect`, which knows `socketPath`. */
function unixAgent(socketPath: string): http.Agent {
  const options: http.AgentOptions & { socketPath: string } = { socketPath, keepAlive: true, maxSockets: 16 };
  return new http.Agent(options);
}

/** One block for the whole insert: the token then names the same rows each time. */
function insertSettings(token: string | undefined): Sql {
  const settings = [
    'max_partitions_per_insert_block = 0',
    'max_insert_threads = 1',
    'max_insert_block_size = 16000000',
    'min_insert_block_size_rows = 16000000',
    'min_insert_block_size_bytes = 1000000000',
  ];
  if (token !== undefined) {
    const hash = createHash('sha256').update(token).digest('hex');
    settings.push('insert_deduplicate = 1', `insert_deduplication_token = '${hash}'`);
  }
  return settings.join(', ');
}

/** In pieces, so that the socket's backpressure holds and the copy is never whole. */
function* chunksOf(buffers: readonly Buffer[]): Generator<Buffer> {
  for (const buffer of buffers) {
    for (let at = 0; at < buffer.length; at += 1 << 20) yield buffer.subarray(at, at + (1 << 20));
  }
}
