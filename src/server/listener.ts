import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { IngestUnavailable } from '../ingest/index.ts';
import { admit, OWN_SERVICE, type OwnCall, type Scope } from './access.ts';
import { HttpError, sendJson } from './http-error.ts';
import type { OwnEvent } from './own-call-events.ts';

/** One of the own paths that needs a caller: it answers one JSON value, or writes its answer itself as it goes. */
export type OwnPath = { readonly scope: Scope; readonly maxBody: number } & (
  | { readonly answer: (own: OwnCall) => Promise<unknown> }
  | { readonly serve: (req: IncomingMessage, res: ServerResponse, own: OwnCall) => Promise<void> }
);

/** Everything below one first segment, whatever the method: it answers with a status and an event of its own. */
export interface OwnTree {
  readonly scope: Scope;
  readonly maxBody: number;
  readonly answer: (req: IncomingMessage, own: OwnCall) => Promise<TreeAnswer>;
  /** What needs no caller, because it proves itself; undefined: it is none of these. */
  readonly posted?: (req: IncomingMessage, path: string) => Promise<TreeAnswer> | undefined;
}

/** The answer of a tree; `error` stands in the event. */
export interface TreeAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly event?: OwnEvent;
  readonly error?: { readonly code: string; readonly message: string };
}

/** A `GET` path that anybody may read. */
export type OpenPath = (res: ServerResponse, query: URLSearchParams) => Promise<void>;

/** What answers on the one port. */
export interface ListenerOptions {
  /** AWS's services. */
  readonly frontDoor: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  /** `POST` paths of opentrail itself. */
  readonly ownPaths: ReadonlyMap<string, OwnPath>;
  /** `GET` paths that need no caller: `/health`, `/ready`, `/metrics`, and the links in topics' messages. */
  readonly openPaths: ReadonlyMap<string, OpenPath>;
  /** Paths below a first segment, such as `configapi`, or two of them, such as `v1/sources`. */
  readonly ownTrees: ReadonlyMap<string, OwnTree>;
  readonly admitDependencies: Parameters<typeof admit>[3];
  /** Writes a call of an own path into the trail. */
  readonly record: (
    req: IncomingMessage,
    call: OwnCall,
    error?: { readonly code: string; readonly message: string },
    event?: OwnEvent,
  ) => Promise<void>;
  readonly log: Logger;
}

/**
 * The request listener of the one port. A request that is signed for an AWS service is that service's, whatever its
 * path: a bucket may be called `health`. The own paths are for the others.
 */
export function createListener(
  options: ListenerOptions,
): (req: IncomingMessage, res: ServerResponse) => void {
  const { frontDoor, ownPaths, openPaths, log } = options;

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const service = signedService(req);
    if (service !== undefined && service !== OWN_SERVICE) return frontDoor(req, res);
    const [path = '/', query] = (req.url ?? '/').split('?', 2);
    const open = openPaths.get(path);
    if (open && (req.method === 'GET' || req.method === 'HEAD')) return open(res, new URLSearchParams(query));
    const [, first = '', second] = path.split('/', 3);
    const tree = options.ownTrees.get(first) ?? options.ownTrees.get(`${first}/${second}`);
    const posted = tree?.posted?.(req, path);
    if (posted) return await posted.then(({ status, body, headers }) => sendJson(res, status, body, headers));
    if (tree && isMeantForUs(req, service)) return serveTree(req, res, tree);
    const own = ownPaths.get(path);
    if (!own) {
      if (service === undefined && !req.headers.authorization?.startsWith('Bearer '))
        return frontDoor(req, res);
      throw new HttpError(404, 'NotFound', `there is no ${path}`);
    }
    if (req.method !== 'POST')
      throw new HttpError(405, 'MethodNotAllowed', `${path} takes POST`, { allow: 'POST' });
    const call = await admit(req, own.scope, own.maxBody, options.admitDependencies);
    if ('serve' in own) {
      await options.record(req, call);
      return own.serve(req, res, call);
    }
    let answer: unknown;
    try {
      answer = await own.answer(call);
    } catch (error) {
      if (error instanceof HttpError) await options.record(req, call, error);
      throw error;
    }
    // Before the answer, as with AWS's services: what cannot be recorded is not acknowledged.
    await options.record(req, call);
    sendJson(res, 200, answer);
  }

  async function serveTree(req: IncomingMessage, res: ServerResponse, tree: OwnTree): Promise<void> {
    const call = await admit(req, tree.scope, tree.maxBody, options.admitDependencies);
    const { status, body, event, error } = await tree.answer(req, call);
    if (event) await options.record(req, call, error, event);
    sendJson(res, status, body);
  }

  return function listen(req, res) {
    serve(req, res).catch((error: unknown) => {
      const refusal = refusalOf(error);
      if (refusal.status === 500) log.error({ err: error, url: req.url }, 'a request failed');
      if (res.headersSent || res.destroyed) {
        res.destroy();
        return;
      }
      const { status, code, message, headers } = refusal;
      // The rest of an unread body would be taken for the next request.
      sendJson(res, status, { code, message }, { ...headers, connection: 'close' });
    });
  };
}

/** A bucket may have a tree's name: what is neither ours by its credentials nor a JSON form is S3's. */
function isMeantForUs(req: IncomingMessage, service: string | undefined): boolean {
  // No bucket has a name of two characters.
  if (req.url?.startsWith('/v1/')) return true;
  if (service !== undefined || /^(Bearer|Basic) /i.test(req.headers.authorization ?? '')) return true;
  return req.method === 'POST' && /^application\/json\b/i.test(req.headers['content-type'] ?? '');
}

function refusalOf(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof IngestUnavailable) {
    return new HttpError(503, 'ServiceUnavailable', error.message, { 'retry-after': '5' });
  }
  return new HttpError(500, 'InternalError', 'opentrail could not serve this; its log says why');
}

/** The service that a request's credential scope names, by header or query; undefined for an unsigned request. */
export function signedService(req: IncomingMessage): string | undefined {
  const scope =
    /Credential=[^,/\s]+\/\d{8}\/[^/,\s]+\/([^/,\s]+)\/aws4_request/.exec(req.headers.authorization ?? '') ??
    /[?&]X-Amz-Credential=[^&]+?(?:%2F|\/)\d{8}(?:%2F|\/)[^&/]+?(?:%2F|\/)([^&/%]+)(?:%2F|\/)aws4_request/i.exec(
      req.url ?? '',
    );
  return scope?.[1];
}
