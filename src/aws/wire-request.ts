import type { IncomingMessage } from 'node:http';

/**
 * A request as it stood on the wire, opened once. Keys that the client chose live in Maps. Header names are
 * lower-case; repeated headers keep their order, because a signature covers all of them.
 */
export interface WireRequest {
  readonly req: IncomingMessage;
  readonly method: string;
  /** Path with query, as it stood in the request line. */
  readonly url: string;
  /** The path alone, still percent-encoded. */
  readonly path: string;
  /** The query alone, still percent-encoded, without `?`. */
  readonly queryText: string;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Names of headers that may stand once only and stood more often. */
  readonly repeated: readonly string[];
}

/** What a signature or a route hangs on: two different values would let two readers disagree about one request. */
const single = new Set([
  'authorization',
  'host',
  'content-length',
  'content-type',
  'content-md5',
  'x-amz-date',
  'x-amz-target',
  'x-amz-content-sha256',
  'x-amz-decoded-content-length',
  'x-amz-security-token',
  'x-amz-copy-source',
]);

export function openRequest(req: IncomingMessage): WireRequest {
  const headers = new Map<string, string[]>();
  const repeated: string[] = [];
  for (let index = 0; index + 1 < req.rawHeaders.length; index += 2) {
    const name = req.rawHeaders[index]!.toLowerCase();
    const value = req.rawHeaders[index + 1]!;
    const known = headers.get(name);
    if (!known) headers.set(name, [value]);
    else {
      if (single.has(name)) repeated.push(name);
      known.push(value);
    }
  }
  const url = originForm(req.url ?? '/');
  const mark = url.indexOf('?');
  return {
    req,
    method: req.method ?? 'GET',
    url,
    path: mark < 0 ? url : url.slice(0, mark),
    queryText: mark < 0 ? '' : url.slice(mark + 1),
    headers,
    repeated,
  };
}

/** A header's value; several are joined as RFC 9110 section 5.3 says. */
export function header(request: WireRequest, name: string): string | undefined {
  const values = request.headers.get(name);
  return values && (values.length === 1 ? values[0] : values.join(', '));
}

/** `Content-Type` without parameters, in lower case: media types are compared, not header strings. */
export function mediaType(request: WireRequest): string {
  const value = header(request, 'content-type') ?? '';
  const end = value.indexOf(';');
  return (end < 0 ? value : value.slice(0, end)).trim().toLowerCase();
}

/** Proxies write the whole URL in the request line (RFC 9112, 3.2.2); what counts is the path. */
function originForm(url: string): string {
  if (url.startsWith('/')) return url;
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/i.exec(url);
  const rest = absolute?.[1] ?? '';
  return rest.startsWith('/') ? rest : `/${rest}`;
}
