import { type ClientRequest, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type SecureContextOptions } from 'node:tls';
import type { AddressGuard } from './address-guard.ts';

/** How to reach a forward proxy. */
export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
  readonly protocol: 'http' | 'https';
  readonly user?: string;
  readonly password?: string;
}

/** The proxy said no; its answer holds no secret of ours. */
export class ProxyRefusal extends Error {
  constructor(proxy: ProxyAddress, status: number) {
    const why = status === 407 ? 'it wants a user and a password, or other ones' : `HTTP ${status}`;
    super(`the proxy ${proxy.host}:${proxy.port} refuses the connection: ${why}`);
    this.name = 'ProxyRefusal';
  }
}

/** `Proxy-Authorization` for a proxy with a user (RFC 7617). */
export function proxyAuthorization({ user, password }: ProxyAddress): Record<string, string> {
  if (user === undefined) return {};
  return { 'proxy-authorization': `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };
}

/** What a connection through or to a proxy needs to know. */
export interface ProxyOptions {
  readonly proxy: ProxyAddress;
  readonly guard: AddressGuard;
  /** How the proxy's own certificate is judged, where it has one. */
  readonly tls: SecureContextOptions & { readonly rejectUnauthorized: boolean };
  /** Milliseconds until connecting is given up. */
  readonly timeout: number;
}

/** A connection to the proxy itself, for requests in absolute form (RFC 9112, 3.2.2). */
export function connectToProxy({ proxy, guard, tls }: ProxyOptions): Socket {
  guard.check(proxy.host);
  const { host, port } = proxy;
  const options = { host, port, lookup: guard.lookup };
  return proxy.protocol === 'https'
    ? connectTls({ ...options, ...tls, servername: host })
    : connectTcp(options);
}

/** Asks the proxy for a connection to `authority` (`host:port`) with CONNECT (RFC 9110, 9.3.6). @throws ProxyRefusal */
export function openTunnel(options: ProxyOptions, authority: string): Promise<Socket> {
  const { proxy, guard, tls, timeout } = options;
  return new Promise((resolve, reject) => {
    guard.check(proxy.host);
    const asked = {
      method: 'CONNECT',
      host: proxy.host,
      port: proxy.port,
      path: authority,
      headers: { host: authority, ...proxyAuthorization(proxy) },
      agent: false,
      lookup: guard.lookup,
    } as const;
    const request: ClientRequest =
      proxy.protocol === 'https' ? httpsRequest({ ...asked, ...tls }) : httpRequest(asked);
    const timer = setTimeout(() => {
      request.destroy(new Error(`the proxy ${proxy.host}:${proxy.port} gave no answer in ${timeout} ms`));
    }, timeout);
    request.on('connect', (answer, stream, head) => {
      clearTimeout(timer);
      const socket = stream as Socket;
      if (answer.statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        return resolve(socket);
      }
      socket.destroy();
      reject(new ProxyRefusal(proxy, answer.statusCode ?? 0));
    });
    request.on('response', (answer) => {
      clearTimeout(timer);
      answer.destroy();
      reject(new ProxyRefusal(proxy, answer.statusCode ?? 0));
    });
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.end();
  });
}
