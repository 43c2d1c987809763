import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { until } from './until.ts';

/** A request that came in. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What an inbox does with a request; `silence` never answers. */
export type Reaction = { readonly status: number; readonly headers?: Record<string, string> } | 'silence';

/** An HTTP subscriber on this machine that keeps what it gets, by path. */
export class Inbox {
  readonly #server: Server;
  readonly #received: Received[] = [];
  readonly #reactions = new Map<string, Reaction>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Inbox> {
    const server = createServer();
    const inbox = new Inbox(server);
    server.on('request', async (req, res) => {
      const path = req.url ?? '/';
      inbox.#received.push({ path, headers: req.headers, body: await text(req) });
      const reaction = inbox.#reactions.get(path) ?? { status: 200 };
      if (reaction !== 'silence') res.writeHead(reaction.status, reaction.headers).end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return inbox;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  /** From now on, at this path. */
  react(path: string, reaction: Reaction): void {
    this.#reactions.set(path, reaction);
  }

  at(path: string): Received[] {
    return this.#received.filter((one) => one.path === path);
  }

  /** Waits for the request at this path that the caller looks for. */
  async wait(path: string, matches: (one: Received) => boolean = () => true): Promise<Received> {
    return until(`something comes to ${path}`, 120_000, () => this.at(path).find(matches));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
