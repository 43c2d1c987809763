import { request } from 'node:http';
import type { Socket } from 'node:net';
import { CheckFailure } from '../failure.ts';

/** Asks a proxy for a connection to `target` with CONNECT (RFC 9110, 9.3.6). @throws CheckFailure when it refuses */
export async function openTunnel(
  proxy: URL,
  target: URL,
  headers: Readonly<Record<string, string>>,
  insecure: boolean,
  signal: AbortSignal,
): Promise<Socket> {
  const authority = `${target.hostname}:${target.port || 443}`;
  const options = {
    method: 'CONNECT',
    host: proxy.hostname,
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    path: authority,
    headers: { ...headers, host: authority },
    agent: false,
    signal,
  } as const;
  const start =
    proxy.protocol === 'https:'
      ? (await import('node:https')).request({ ...options, rejectUnauthorized: !insecure })
      : request(options);
  return await new Promise((resolve, reject) => {
    start
      .on('connect', (answer, socket) => {
        if (answer.statusCode === 200) resolve(socket as Socket);
        else {
          socket.destroy();
          reject(
            new CheckFailure(
              `error: the proxy ${proxy.host} refuses the connection: HTTP ${answer.statusCode}`,
            ),
          );
        }
      })
      .on('error', reject)
      .end();
  });
}
