import { drainPending, Session } from 'chdb';
import type { EngineOptions } from './options.ts';

/** Connections to the one embedded engine: one writes, some read. One connection runs one statement at a time. */
export interface Sessions {
  /** Runs a statement that changes something; in order of arrival. */
  write(sql: string): Promise<Uint8Array>;
  /** Runs a query on the next free reading connection. Rejects with code 202 when too many wait. */
  read(sql: string, format: string, options?: ReadOptions): Promise<Uint8Array>;
  close(): void;
}

/** How a query is run. */
export interface ReadOptions {
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** Searches take seconds, lookups milliseconds: each kind waits only for its own. Default `lookup`. */
  readonly lane?: 'lookup' | 'search';
}

const READERS = 2;
const SEARCHERS = 2;
const MAX_WAITING = 512;

/** Opens the directory; throws when another process has it. */
export function openSessions(options: EngineOptions): Sessions {
  const connectionArgs = [
    `--max_server_memory_usage=${options.memoryBytes}`,
    '--mark_cache_size=67108864',
    '--max_threads=2',
    '--background_pool_size=2',
  ];
  const open = () => new Session(options.path, { connectionArgs });
  const writers = new Pool([open()]);
  const readers = new Pool(Array.from({ length: READERS }, open));
  const searchers = new Pool(Array.from({ length: SEARCHERS }, open));
  return {
    write: (sql) =>
      writers.use(async (session) => (await session.queryAsync(sql, { format: 'TabSeparated' })).bytes()),
    read: (sql, format, { parameters, lane } = {}) =>
      (lane === 'search' ? searchers : readers).use(async (session) => {
        const result = parameters
          ? await session.queryBindAsync(sql, parameters, { format })
          : await session.queryAsync(sql, { format });
        return result.bytes();
      }),
    close() {
      searchers.close();
      readers.close();
      writers.close();
      void drainPending();
    },
  };
}

/** Hands out sessions, the longest waiting caller first. */
class Pool {
  readonly #all: readonly Session[];
  readonly #free: Session[];
  readonly #waiting: ((session: Session) => void)[] = [];

  constructor(sessions: readonly Session[]) {
    this.#all = sessions;
    this.#free = [...sessions];
  }

  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#take();
    try {
      return await work(session);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(session);
      else this.#free.push(session);
    }
  }

  close(): void {
    for (const session of this.#all) session.close();
  }

  #take(): Promise<Session> {
    const free = this.#free.pop();
    if (free) return Promise.resolve(free);
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(
        new Error(
          `Code: 202. DB::Exception: ${MAX_WAITING} statements wait already. (TOO_MANY_SIMULTANEOUS_QUERIES)`,
        ),
      );
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
