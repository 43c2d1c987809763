import { lookup as resolveName } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { SendOutcome } from './target.ts';

/** What an intake answered. */
export interface Answer {
  readonly status: number;
  readonly retryAfter?: number;
  /** The first megabyte of it. */
  readonly body: string;
}

/** Posts (or puts) a body once. @throws Error when no answer came */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  options?: { readonly gzip?: boolean; readonly method?: 'POST' | 'PUT' },
) => Promise<Answer>;

/** An address that nothing may be sent to. */
export class AddressRefused extends Error {
  constructor(host: string) {
    super(`${host} leads to an address that nothing is sent to`);
    this.name = 'AddressRefused';
  }
}

/** Judges an IP address; who configures a destination chooses where this server connects to. */
export type AddressRule = (address: string) => boolean;

const MAX_ANSWER = 1 << 20;
const TIMEOUT = 30_000;
/** An intake that asks for more is asked again then. */
const LONGEST_WAIT = 600_000;
const compress = promisify(gzip);

/** Looks names up and leaves out the addresses that are not allowed: at the moment of connecting, so none slips by later. */
export function guardedLookup(isAllowed: AddressRule): LookupFunction {
  return (host, options, callback) => {
    resolveName(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const allowed = addresses.filter(({ address }) => isAllowed(address));
      const first = allowed[0];
      if (!first) return callback(new AddressRefused(host), '', 0);
      if (options.all) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };
}

/** A literal address is never looked up, so it is checked by itself. @throws AddressRefused */
export function mustBeAllowed(host: string, isAllowed: AddressRule): void {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 && !isAllowed(bare)) throw new AddressRefused(bare);
}

/** A POST over connections that are kept: no redirects, a bounded answer, a bounded time. */
export function createPost(options: {
  readonly isAllowed: AddressRule;
  readonly now: () => number;
  readonly timeout?: number;
  /** PEM of the authorities to trust instead of the system's. */
  readonly ca?: string;
}): { readonly post: Post; close(): void } {
  const { isAllowed, now, timeout = TIMEOUT, ca } = options;
  const lookup = guardedLookup(isAllowed);
  const agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: 4, lookup }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: 4, lookup, ...(ca && { ca }) }),
  };

  const post: Post = async (address, headers, body, { gzip: packed = false, method = 'POST' } = {}) => {
    const url = new URL(address);
    mustBeAllowed(url.hostname, isAllowed);
    const bytes = packed ? await compress(body) : body;
    const secure = url.protocol === 'https:';
    return await new Promise<Answer>((resolve, reject) => {
      const request = (secure ? https : http).request(url, {
        method,
        agent: agents[secure ? 'https:' : 'http:'],
        headers: {
          'user-agent': 'opentrail',
          ...headers,
          ...(packed && { 'content-encoding': 'gzip' }),
          'content-length': bytes.length,
        },
      });
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeout} ms`)), timeout);
      request.on('error', reject);
      request.on('close', () => clearTimeout(timer));
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > MAX_ANSWER) request.destroy(new Error('the answer is longer than a megabyte'));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          const retryAfter = readRetryAfter(response.headers['retry-after'], now());
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            body: text,
            ...(retryAfter !== undefined && { retryAfter }),
          });
        });
      });
      request.end(bytes);
    });
  };
  return {
    post,
    close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

/** RFC 9110, section 10.2.3: seconds, or a date. Milliseconds from now. */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_WAIT);
}

/** What the status of an answer means where an intake has no rules of its own. */
export function judge(answer: Answer): SendOutcome | undefined {
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return undefined;
  const reason = `the intake answered ${status}: ${excerpt(answer.body)}`;
  if (status === 408 || status === 429 || status >= 500) {
    return { kind: 'again', reason, ...(retryAfter !== undefined && { after: retryAfter }) };
  }
  if (
    status === 401 ||
    status === 403 ||
    status === 404 ||
    status === 405 ||
    status < 200 ||
    (status >= 300 && status < 400)
  ) {
    return { kind: 'locked', reason };
  }
  return { kind: 'split', reason };
}

/** No answer at all. */
export function judgeSilence(error: unknown): SendOutcome {
  const reason = error instanceof Error ? error.message : String(error);
  return error instanceof AddressRefused ? { kind: 'locked', reason } : { kind: 'again', reason };
}

/** What strangers wrote, short and on one line. */
export function excerpt(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '?')
    .slice(0, 200);
}
