import { hash } from 'node:crypto';
import { refuse } from '../refuse.ts';
import type { Protocol } from '../service.ts';
import type { WireRequest } from '../wire-request.ts';
import { collect, declaredTooLarge } from './collect.ts';

/** One megabyte, as AWS's JSON and query services take at most. */
export const bodyLimit = 1024 * 1024;
/** Half a minute for a megabyte: slower than that is not a client, it is somebody holding a connection. */
export const defaultBodyTimeout = 30_000;

export interface ReceiveOptions {
  /** Bytes. */
  readonly limit?: number;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** Reads the body of a service whose signature covers it whole; the hash is what stands in the canonical request. */
export async function receive(
  request: WireRequest,
  protocol: Protocol,
  { limit = bodyLimit, timeout = defaultBodyTimeout }: ReceiveOptions = {},
): Promise<{ body: Buffer; payloadHash: string }> {
  const tooLarge = () => refuse(protocol, 'tooLarge', `The request body is larger than ${limit} bytes`);
  if (declaredTooLarge(request.req, limit)) throw tooLarge();
  const body = await collect(request.req, {
    limit,
    timeout,
    tooLarge,
    tooSlow: () =>
      refuse(protocol, 'bodyTimeout', `The request body did not come within ${timeout / 1000} seconds`),
    brokenOff: () => refuse(protocol, 'bodyIncomplete', 'The request body broke off'),
  });
  return { body, payloadHash: hash('sha256', body, 'hex') };
}
