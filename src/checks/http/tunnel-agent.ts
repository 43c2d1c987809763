import type { Agent } from 'node:https';
import { isIP } from 'node:net';
import { openTunnel } from './tunnel.ts';

/** How to reach servers that speak TLS through a proxy. */
export interface TunnelSettings {
  readonly proxy: URL;
  /** What the proxy wants to hear before it opens a tunnel. */
  readonly headers: Readonly<Record<string, string>>;
  /** Do not look at certificates. */
  readonly insecure: boolean;
  readonly signal: AbortSignal;
}

/** An agent whose connections go through tunnels of a proxy, and stay open for the next request. */
export async function createTunnelAgent(settings: TunnelSettings): Promise<Agent> {
  const [https, { connect }] = await Promise.all([import('node:https'), import('node:tls')]);
  const { proxy, headers, insecure, signal } = settings;
  const agent = new https.Agent({ keepAlive: true });
  agent.createConnection = (options, callback) => {
    const host = options.host ?? '';
    const target = new URL(`https://${isIP(host) === 6 ? `[${host}]` : host}:${options.port ?? 443}`);
    openTunnel(proxy, target, headers, insecure, signal).then(
      (socket) => {
        // A certificate names hosts; an address is looked for among its addresses.
        const names = isIP(host) ? { host } : { servername: host };
        callback?.(null, connect({ socket, ...names, rejectUnauthorized: !insecure }));
      },
      (error: Error) => callback?.(error, undefined as never),
    );
    return undefined;
  };
  return agent;
}
