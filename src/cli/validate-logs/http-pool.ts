import { type HttpAnswer, HttpConnection, type HttpGet } from './http-connection.ts';

/** Connections to one host. */
const CONNECTIONS = 16;

/** Gets what lies at paths over a few kept connections for each origin; undefined as `HttpConnection` says. */
export interface HttpPool {
  get(origin: URL, request: HttpGet): Promise<HttpAnswer | undefined>;
  close(): void;
}

interface Line {
  readonly all: HttpConnection[];
  readonly free: HttpConnection[];
  readonly queue: ((connection: HttpConnection) => void)[];
}

/** @param connections At most so many to one origin. */
export function createHttpPool(connections: number = CONNECTIONS): HttpPool {
  const lines = new Map<string, Line>();

  function lineOf(origin: URL): Line {
    const known = lines.get(origin.origin);
    if (known) return known;
    const line: Line = { all: [], free: [], queue: [] };
    lines.set(origin.origin, line);
    return line;
  }

  function take(line: Line, origin: URL): HttpConnection | Promise<HttpConnection> {
    const free = line.free.pop();
    if (free) return free;
    if (line.all.length >= connections) return new Promise((resolve) => line.queue.push(resolve));
    const connection = new HttpConnection(origin);
    line.all.push(connection);
    return connection;
  }

  return {
    async get(origin, request) {
      const line = lineOf(origin);
      const connection = await take(line, origin);
      const answer = await connection.get(request);
      const next = line.queue.shift();
      if (next) next(connection);
      else line.free.push(connection);
      return answer;
    },
    close() {
      for (const { all } of lines.values()) for (const connection of all) connection.close();
    },
  };
}
