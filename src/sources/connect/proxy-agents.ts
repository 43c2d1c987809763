import { type AgentOptions, type ClientRequest, type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { connectToProxy, openTunnel, type ProxyOptions, proxyAuthorization } from './proxy-connection.ts';

type OnCreate = (error: Error | null, stream: Duplex) => void;

/** HTTPS through a proxy: a tunnel for each connection, kept and used again like any other. */
export class TunnelAgent extends HttpsAgent {
  readonly #proxy: ProxyOptions;

  constructor(proxy: ProxyOptions, options: HttpsAgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(options: RequestOptions, callback?: OnCreate): undefined {
    const host = String(options.host ?? '');
    const authority = `${host.includes(':') ? `[${host}]` : host}:${options.port ?? 443}`;
    openTunnel(this.#proxy, authority).then(
      (socket) => {
        const { ca, rejectUnauthorized } = this.options;
        const secure = connectTls({
          socket,
          ...(ca !== undefined && { ca }),
          ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
          // SNI takes names only (RFC 6066, 3).
          ...(isIP(host) === 0 && { servername: host }),
          // What Node checks the certificate against when there is no SNI.
          host,
        });
        callback?.(null, secure);
      },
      (error: Error) => callback?.(error, undefined as never),
    );
    return undefined;
  }
}

/** Plain HTTP through a proxy: requests in absolute form, with the proxy's credentials (RFC 9112, 3.2.2). */
export class ForwardAgent extends HttpAgent {
  readonly #proxy: ProxyOptions;

  constructor(proxy: ProxyOptions, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  /** Node calls this when a request is made and its head is not yet written. */
  addRequest(request: ClientRequest, options: ClientRequestArgs): void {
    const host = String(options.host ?? '');
    const shown = host.includes(':') ? `[${host}]` : host;
    const port = options.port && Number(options.port) !== 80 ? `:${options.port}` : '';
    request.path = `http://${shown}${port}${request.path}`;
    for (const [name, value] of Object.entries(proxyAuthorization(this.#proxy.proxy))) {
      request.setHeader(name, value);
    }
    type WithAddRequest = { addRequest(request: ClientRequest, options: ClientRequestArgs): void };
    (HttpAgent.prototype as unknown as WithAddRequest).addRequest.call(this, request, options);
  }

  override createConnection(): Duplex {
    return connectToProxy(this.#proxy);
  }
}
