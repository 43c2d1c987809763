import type { AgentOptions } from 'node:http';
import type { Connector, SourceSecrets } from '../index.ts';
import type { AddressGuard } from './address-guard.ts';
import { DirectHttpAgent, DirectHttpsAgent } from './direct-agents.ts';
import { ForwardAgent, TunnelAgent } from './proxy-agents.ts';
import type { ProxyOptions } from './proxy-connection.ts';

/** Milliseconds, and how many connections at once. */
export interface ConnectLimits {
  readonly connectTimeout: number;
  /** Without a byte from the other side. */
  readonly requestTimeout: number;
  readonly maxSockets: number;
}

/** Five seconds to connect, a minute of silence, 64 connections. */
export const CONNECT_LIMITS: ConnectLimits = {
  connectTimeout: 5_000,
  requestTimeout: 60_000,
  maxSockets: 64,
};

/** What the SDK's clients take as their `requestHandler`: the source's proxy, its TLS rules, and the guard. */
export function requestHandlerOf(
  connector: Pick<Connector, 'proxy' | 'tls'>,
  secrets: SourceSecrets,
  guard: AddressGuard,
  limits: ConnectLimits,
) {
  const { proxy, tls } = connector;
  const { connectTimeout, requestTimeout, maxSockets } = limits;
  const pool: AgentOptions = { keepAlive: true, maxSockets };
  const judged = { ...(tls.ca !== undefined && { ca: tls.ca }), rejectUnauthorized: !tls.insecure };
  // A proxy has to answer and to connect itself: it gets the time of both.
  const timeouts = {
    connectionTimeout: proxy ? connectTimeout * 2 : connectTimeout,
    requestTimeout,
    socketTimeout: requestTimeout,
  };
  if (!proxy) {
    return {
      ...timeouts,
      httpAgent: new DirectHttpAgent(guard, pool),
      httpsAgent: new DirectHttpsAgent(guard, { ...pool, ...judged }),
    };
  }
  const { proxyPassword } = secrets;
  const way: ProxyOptions = {
    proxy: { ...proxy, ...(proxyPassword !== undefined && { password: proxyPassword }) },
    guard,
    tls: judged,
    timeout: connectTimeout * 2,
  };
  return {
    ...timeouts,
    httpAgent: new ForwardAgent(way, pool),
    httpsAgent: new TunnelAgent(way, { ...pool, ...judged }),
  };
}
