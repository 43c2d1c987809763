import { type Credentials, signRequest } from '../signer/index.ts';
import { CliError } from './context.ts';

/** How to reach the server, and as whom. */
export interface Access {
  /** Without a slash at its end. */
  readonly url: string;
  readonly region: string;
  readonly identity:
    | { readonly kind: 'keys'; readonly credentials: Credentials }
    | { readonly kind: 'token'; readonly token: string };
}

/** The server said no; `status` is HTTP's. */
export class ApiRefusal extends CliError {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = 'ApiRefusal';
    this.status = status;
    this.code = code;
  }
}

/** Nobody answered, or the connection broke: the same request may be sent again. */
export class NoAnswer extends CliError {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'NoAnswer';
  }
}

/** Methods of the product's own paths. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Asks the product's own paths. */
export interface ApiClient {
  /** @throws ApiRefusal for any answer but 2xx, NoAnswer when none came. */
  post(path: string, body: Uint8Array | string, contentType?: string): Promise<Response>;
  /** Posts JSON and reads JSON. */
  call<Answer>(path: string, question: unknown): Promise<Answer>;
  /** Any method, JSON both ways; `body` absent: none. @throws ApiRefusal, NoAnswer */
  request<Answer>(method: Method, path: string, body?: unknown): Promise<Answer>;
}

/** A client with signed requests, or with a bearer token. */
export function createApiClient(access: Access, now: () => number): ApiClient {
  async function send(
    method: Method,
    path: string,
    body: Uint8Array,
    contentType: string,
  ): Promise<Response> {
    const url = new URL(access.url + path);
    const headers = { 'content-type': contentType };
    const identity =
      access.identity.kind === 'token'
        ? { ...headers, authorization: `Bearer ${access.identity.token}` }
        : signRequest({
            method,
            service: 'opentrail',
            url,
            body,
            headers,
            credentials: access.identity.credentials,
            region: access.region,
            now: now(),
          });
    let response: Response;
    try {
      const content = method === 'GET' ? {} : { body };
      response = await fetch(url, { method, ...content, headers: identity, redirect: 'error' });
    } catch (error) {
      throw explainSilence(access.url, error);
    }
    if (!response.ok) throw await readRefusal(response);
    return response;
  }

  async function readJson<Answer>(path: string, response: Response): Promise<Answer> {
    try {
      return (await response.json()) as Answer;
    } catch (cause) {
      throw new CliError(`${access.url}${path} did not answer JSON; is it an opentrail server?`, { cause });
    }
  }

  return {
    post: (path, body, contentType = 'application/json') =>
      send('POST', path, typeof body === 'string' ? Buffer.from(body) : body, contentType),
    async call<Answer>(path: string, question: unknown) {
      const response = await send('POST', path, Buffer.from(JSON.stringify(question)), 'application/json');
      return await readJson<Answer>(path, response);
    },
    async request<Answer>(method: Method, path: string, body?: unknown) {
      const bytes = body === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(body));
      return await readJson<Answer>(path, await send(method, path, bytes, 'application/json'));
    },
  };
}

function explainSilence(url: string, error: unknown): NoAnswer {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH') {
    return new NoAnswer(`no opentrail answers at ${url}; start one with \`npm start\``, error);
  }
  return new NoAnswer(`the connection to ${url} failed: ${(cause as Error).message}`, error);
}

/** Errors come as `{"code","message"}` or in AWS's JSON form; a proxy's page is cut short. */
async function readRefusal(response: Response): Promise<ApiRefusal> {
  const text = await response.text().catch(() => '');
  try {
    const body = JSON.parse(text) as Record<string, unknown>;
    const code = body.code ?? body.Code ?? body.__type;
    const message = body.message ?? body.Message;
    if (typeof code === 'string') return new ApiRefusal(response.status, code, String(message ?? ''));
  } catch {
    // Not JSON: shown as it is.
  }
  return new ApiRefusal(
    response.status,
    `HTTP ${response.status}`,
    text.slice(0, 300) || response.statusText,
  );
}
