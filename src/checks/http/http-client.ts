import { Agent, type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from 'node:http';
import type { RequestOptions, Agent as SecureAgent } from 'node:https';
import type { Deadline } from '../deadline.ts';
import { CheckFailure } from '../failure.ts';
import { wordsOf } from './connection-words.ts';
import { createTunnelAgent } from './tunnel-agent.ts';

/** What came back; any status counts as an answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** An answer as it came, undecoded. */
export interface HttpBytes {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Undefined when there are more of them than the caller wanted; then they were not read. */
  readonly bytes: Buffer | undefined;
}

/** How to reach servers. */
export interface HttpSettings {
  readonly deadline: Deadline;
  /** URL of a proxy for all requests. */
  readonly proxy: URL | undefined;
  /** Do not look at certificates. */
  readonly insecure: boolean;
}

/** Longest answer that is read: a page of LookupEvents has 50 events of at most 256 kB. */
const MAXIMUM_BYTES = 64 * 1024 * 1024;

/** Sends requests, all within one deadline, on connections that stay open in between. */
export class HttpClient {
  readonly #settings: HttpSettings;
  readonly #agent = new Agent({ keepAlive: true });
  #secureAgent: Promise<SecureAgent> | undefined;

  constructor(settings: HttpSettings) {
    this.#settings = settings;
  }

  get deadline(): Deadline {
    return this.#settings.deadline;
  }

  /** @throws CheckFailure with one plain sentence when no answer comes in time */
  async send(
    method: 'GET' | 'POST',
    url: URL,
    headers: Readonly<Record<string, string>>,
    body = '',
  ): Promise<HttpAnswer> {
    const { status, bytes } = await this.#exchange(method, url, headers, body, MAXIMUM_BYTES);
    if (bytes === undefined) throw new CheckFailure('error: the answer is longer than 64 MB');
    return { status, text: bytes.toString('utf8') };
  }

  /** A GET whose answer is no text, or may be too long. @throws CheckFailure as `send` does */
  async get(url: URL, headers: Readonly<Record<string, string>>, maxBytes: number): Promise<HttpBytes> {
    return await this.#exchange('GET', url, headers, '', maxBytes);
  }

  /** Closes the connections. */
  close(): void {
    this.#agent.destroy();
    this.#secureAgent?.then((agent) => agent.destroy()).catch(() => undefined);
  }

  async #exchange(
    method: 'GET' | 'POST',
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: string,
    maxBytes: number,
  ): Promise<HttpBytes> {
    const { deadline, proxy } = this.#settings;
    deadline.check();
    try {
      const options: RequestOptions = {
        method,
        headers: { ...headers, ...(body !== '' && { 'content-length': String(Buffer.byteLength(body)) }) },
        signal: deadline.signal,
      };
      const answer = await (url.protocol === 'https:'
        ? this.#sendSecurely(url, options, body)
        : this.#sendPlainly(url, options, body));
      return await readAnswer(answer, maxBytes);
    } catch (error) {
      if (deadline.signal.aborted) throw deadline.signal.reason;
      if (error instanceof CheckFailure) throw error;
      throw new CheckFailure(`error: ${wordsOf(error, url, proxy)}`);
    }
  }

  #sendPlainly(url: URL, options: RequestOptions, body: string): Promise<IncomingMessage> {
    const { proxy } = this.#settings;
    if (proxy === undefined) {
      return exchange((answered) => requestPlain(url, { ...options, agent: this.#agent }, answered), body);
    }
    const headers = { ...options.headers, host: url.host, ...proxyAuthorization(proxy) };
    const target = { ...options, headers, path: url.href, agent: this.#agent };
    return exchange((answered) => requestPlain(proxy, target, answered), body);
  }

  async #sendSecurely(url: URL, options: RequestOptions, body: string): Promise<IncomingMessage> {
    const https = await import('node:https');
    this.#secureAgent ??= this.#openSecureAgent();
    const agent = await this.#secureAgent;
    const secure = { ...options, agent, rejectUnauthorized: !this.#settings.insecure };
    return await exchange((answered) => https.request(url, secure, answered), body);
  }

  async #openSecureAgent(): Promise<SecureAgent> {
    const { proxy, insecure, deadline } = this.#settings;
    if (proxy === undefined) {
      const https = await import('node:https');
      return new https.Agent({ keepAlive: true, rejectUnauthorized: !insecure });
    }
    const headers = proxyAuthorization(proxy);
    return await createTunnelAgent({ proxy, headers, insecure, signal: deadline.signal });
  }
}

function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {};
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

function exchange(
  start: (answered: (answer: IncomingMessage) => void) => import('node:http').ClientRequest,
  body: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    start(resolve).on('error', reject).end(body);
  });
}

async function readAnswer(answer: IncomingMessage, maxBytes: number): Promise<HttpBytes> {
  const { statusCode: status = 0, headers } = answer;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBytes) {
      answer.destroy();
      return { status, headers, bytes: undefined };
    }
    parts.push(part);
  }
  return { status, headers, bytes: Buffer.concat(parts) };
}
