import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Sessions } from './sessions.ts';
import { isRead } from './statement.ts';

/** Rows of inserts come in files of the spool, so that no statement is long. */
const MAX_STATEMENT_BYTES = 16 * 1024 * 1024;

/**
 * The part of ClickHouse's HTTP interface that `@clickhouse/client` uses: ping, statements in the query or the
 * body, `param_…` values, exceptions with their code.
 * https://clickhouse.com/docs/interfaces/http
 *
 * Settings in the query are left aside on purpose: on chDB they would stay set on the connection (a deduplication
 * token once swallowed all later inserts). Settings belong inside the SQL, where both shapes obey them.
 */
export function createHttpInterface(engine: {
  readonly sessions: Sessions;
  /** Called with the words of an engine that cannot read its own data, before they are answered. */
  readonly onDamage?: (message: string) => Promise<void>;
}): RequestListener {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://engine');
    if (url.pathname === '/ping') {
      response.end('Ok.\n');
      return;
    }
    const inUrl = url.searchParams.get('query');
    const sql = inUrl ?? (await readText(request));
    const format = url.searchParams.get('default_format') ?? 'TabSeparated';
    const result = isRead(sql)
      ? await engine.sessions.read(sql, format, {
          parameters: readParameters(url.searchParams),
          lane: url.searchParams.get('log_comment') === 'search' ? 'search' : 'lookup',
        })
      : await engine.sessions.write(sql);
    response.setHeader('X-ClickHouse-Query-Id', url.searchParams.get('query_id') ?? '');
    response.setHeader('Content-Length', result.byteLength);
    response.end(result);
  }

  return (request, response) => {
    answer(request, response).catch(async (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (isDamage(message)) await engine.onDamage?.(message);
      refuse(request, response, message);
    });
  };
}

function readParameters(query: URLSearchParams): Record<string, string> | undefined {
  const found = [...query].filter(([name]) => name.startsWith('param_'));
  if (found.length === 0) return undefined;
  return Object.fromEntries(
    found.map(([name, value]) => [name.slice('param_'.length), unescapeField(value)]),
  );
}

const ESCAPES = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['0', '\0'],
]);

/**
 * ClickHouse reads parameters in the URL as fields of TabSeparated, and clients escape them so
 * (https://clickhouse.com/docs/interfaces/formats/TabSeparated); chDB binds a value as it is.
 */
function unescapeField(value: string): string {
  return value.replace(/\\([\s\S])/g, (_, letter: string) => ESCAPES.get(letter) ?? letter);
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_STATEMENT_BYTES) {
      throw new Error('Code: 62. DB::Exception: Statement is larger than 16 MiB. (SYNTAX_ERROR)');
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Exceptions as ClickHouse words them: `Code: 62. DB::Exception: … (SYNTAX_ERROR)`. */
function refuse(request: IncomingMessage, response: ServerResponse, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const code = codeOf(message);
  // The rest of a body that nobody reads would be taken for the next request.
  if (!request.complete) response.setHeader('Connection', 'close');
  response.statusCode = code === '62' ? 400 : code === '60' || code === '81' ? 404 : 500;
  response.setHeader('X-ClickHouse-Exception-Code', code ?? '1001');
  response.end(code ? message : `Code: 1001. DB::Exception: ${message}. (STD_EXCEPTION)`);
}

function codeOf(message: string): string | undefined {
  return /^Code: (\d+)\./.exec(message)?.[1];
}

/**
 * Codes of data that is not what was written: CHECKSUM_DOESNT_MATCH, NO_FILE_IN_DATA_PART,
 * BAD_SIZE_OF_FILE_IN_DATA_PART, CORRUPTED_DATA; and of a file that is too short, when it is one of a part.
 */
const DAMAGE = new Set(['40', '226', '228', '246']);
const SHORT_FILE = new Set(['32', '33', '271']);

function isDamage(message: string): boolean {
  const code = codeOf(message) ?? '';
  return DAMAGE.has(code) || (SHORT_FILE.has(code) && message.includes('while reading from part'));
}
