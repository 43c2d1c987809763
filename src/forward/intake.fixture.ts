import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** One request as an intake got it, unpacked. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** As it was sent. */
  readonly bytes: Buffer;
}

/** What an intake answers. */
export interface Reply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An HTTP server that stands for an intake; `reply` decides on each request, and may throw to break the connection. */
export class Intake {
  readonly received: Received[] = [];
  reply: (request: Received) => Reply | Promise<Reply>;
  readonly #server: Server;

  private constructor(reply: (request: Received) => Reply | Promise<Reply>) {
    this.reply = reply;
    this.#server = createServer((req, res) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of req) chunks.push(chunk as Buffer);
        const bytes = Buffer.concat(chunks);
        const body = (req.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
        const request = { method: req.method ?? '', path: req.url ?? '', headers: req.headers, body, bytes };
        try {
          const answer = await this.reply(request);
          this.received.push(request);
          res.writeHead(answer.status, answer.headers);
          res.end(answer.body ?? '');
        } catch {
          req.socket.destroy();
        }
      })();
    });
  }

  static async start(
    reply: (request: Received) => Reply | Promise<Reply> = () => ({ status: 200 }),
  ): Promise<Intake> {
    const intake = new Intake(reply);
    await new Promise<void>((resolve) => intake.#server.listen(0, '127.0.0.1', resolve));
    return intake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
