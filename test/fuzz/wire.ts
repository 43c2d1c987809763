import http from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import { expect } from 'vitest';
import { Sha256 } from '../../src/aws/front-door.fixture.ts';
import type { TestServer } from '../clients/server.ts';

/** A request as it will stand on the wire; a path with its query, encoded. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

export interface WireAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** How often each status was answered; `none` for a connection that was closed without one. */
export const statuses = new Map<number | 'none', number>();

/** Silence that lasts longer is a hang, ms. */
const DEADLINE = 10_000;
/** A longer answer is a stream that flows; the rest of it is not waited for. */
const ENOUGH = 1 << 20;
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });

/**
 * Sends a request as it is. Undefined: node itself would not send it, or the server closed the connection without an
 * answer, as it may on a head that is no HTTP. @throws Error when nothing is heard for the deadline
 */
export async function sendWire(server: TestServer, request: WireRequest): Promise<WireAnswer | undefined> {
  const { hostname, port } = new URL(server.url);
  return await new Promise((done, fail) => {
    const timer = setTimeout(() => {
      fail(new Error(`silence for ${DEADLINE} ms`));
      sent?.destroy();
    }, DEADLINE);
    let ended = false;
    const end = (answer: WireAnswer | undefined) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      const status = answer?.status ?? 'none';
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      done(answer);
    };
    let sent: http.ClientRequest | undefined;
    try {
      const { method, path, headers } = request;
      sent = http.request({ hostname, port, method, path, headers, agent, insecureHTTPParser: true });
    } catch {
      end(undefined);
      return;
    }
    sent.on('error', () => end(undefined));
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const answer = () => ({
        status: response.statusCode ?? 0,
        type: response.headers['content-type'] ?? '',
        body: Buffer.concat(chunks).toString('utf8'),
      });
      response.on('data', (chunk: Buffer) => {
        timer.refresh();
        chunks.push(chunk);
        length += chunk.length;
        if (length < ENOUGH) return;
        end(answer());
        sent?.destroy();
      });
      response.on('error', () => end(undefined));
      response.on('end', () => end(answer()));
      response.on('close', () => end(undefined));
    });
    sent.end(request.body);
  });
}

/** The request, signed by AWS's own signer as root. Undefined when the signer itself refuses it. */
export async function signWire(
  server: TestServer,
  service: string,
  request: WireRequest & { readonly query?: Readonly<Record<string, string>> },
): Promise<WireRequest | undefined> {
  const { hostname, port, host } = new URL(server.url);
  const signer = new SignatureV4({
    service,
    region: 'us-east-1',
    credentials: {
      accessKeyId: server.env.AWS_ACCESS_KEY_ID!,
      secretAccessKey: server.env.AWS_SECRET_ACCESS_KEY!,
    },
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: true,
  });
  try {
    const signed = await signer.sign({
      method: request.method,
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: request.path,
      query: { ...request.query },
      headers: { ...request.headers, host },
      body: request.body,
    });
    const query = Object.entries(request.query ?? {})
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join('&');
    return {
      ...request,
      path: query === '' ? request.path : `${request.path}?${query}`,
      headers: signed.headers,
    };
  } catch {
    return undefined;
  }
}

/** How a service words its refusals. */
export type ErrorForm = 'json' | 's3' | 'query' | 'own' | 'any';

/**
 * Fails unless the answer is a success or a refusal in the service's own form: no 5xx but "not built" and "not now",
 * no InternalFailure, nothing of our insides.
 */
export function expectProper(answer: WireAnswer | undefined, form: ErrorForm, sent: unknown): void {
  if (answer === undefined) return;
  const { status, type, body } = answer;
  const about = `${JSON.stringify(sent)?.slice(0, 3_000)}\nwas answered ${status} ${type}\n${body.slice(0, 1_000)}`;
  expect([500, 502, 504].includes(status), about).toBe(false);
  expect(
    /InternalFailure|InternalError|InternalServiceException|\bat .*\.[jt]s:\d+/.test(
      status < 400 ? '' : body,
    ),
    about,
  ).toBe(false);
  expect(status, about).toBeGreaterThanOrEqual(200);
  // A HEAD has no body, and node answers a head that is no HTTP itself.
  if (status < 400 || body === '' || form === 'any') return;
  switch (form) {
    case 'json': {
      const error = parsed(body, about) as { __type?: unknown };
      expect(typeof error.__type, about).toBe('string');
      break;
    }
    case 'own': {
      const error = parsed(body, about) as { code?: unknown; message?: unknown };
      expect([typeof error.code, typeof error.message], about).toEqual(['string', 'string']);
      break;
    }
    case 's3':
      expect(body, about).toMatch(/^<\?xml [^>]*\?>\s*<Error>.*<Code>\w+<\/Code>/s);
      break;
    case 'query':
      expect(body, about).toMatch(/<ErrorResponse.*<Code>[\w.]+<\/Code>/s);
      break;
    default:
      form satisfies never;
  }
}

function parsed(text: string, about: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return expect.fail(about);
  }
}
