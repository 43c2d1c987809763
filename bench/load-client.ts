import { connect, type Socket } from 'node:net';
import { type Credentials, signRequest } from '../src/signer/index.ts';

/** A request as it goes over the wire, made before the clock starts. */
export function buildRequest(
  url: URL,
  path: string,
  body: Buffer,
  credentials: Credentials,
  now: number,
): Buffer {
  const target = new URL(path, url);
  const headers = signRequest({
    method: 'POST',
    service: 'opentrail',
    url: target,
    body,
    headers: { 'content-type': 'application/x-ndjson' },
    credentials,
    region: 'us-east-1',
    now,
  });
  const lines = [`POST ${path} HTTP/1.1`, `host: ${target.host}`, `content-length: ${body.length}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
}

/**
 * One keep-alive connection that sends prepared requests, one at a time. Much cheaper than an HTTP client, so that
 * the load generator leaves the machine's cores to the server.
 */
export class LoadConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #done: ((status: number) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  constructor(url: URL) {
    this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', (error) => this.#failed?.(error));
    this.#socket.on('close', () => this.#failed?.(new Error('the server closed the connection')));
  }

  /** Answers the HTTP status. */
  send(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#failed = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf('\r\n\r\n');
    if (end === -1) return;
    const head = this.#received.toString('latin1', 0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    this.#received = this.#received.subarray(end + 4 + length);
    this.#done?.(Number(head.slice(9, 12)));
  }
}
