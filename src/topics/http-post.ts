import { lookup as resolveName } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isAllowedAddress } from './allowed-address.ts';
import type { DeliveryOutcome } from './outcome.ts';

/** Posts a text once; never throws. */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<DeliveryOutcome>;

/** SNS waits 15 seconds for an endpoint (https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html). */
const TIMEOUT_MS = 15_000;

/**
 * Makes the POST that reaches subscribers: no redirects, no answer read beyond its status, and the address checked
 * where the connection is made, so that a name cannot point elsewhere between check and use.
 */
export function createPost(options: {
  readonly allowPrivate: boolean;
  readonly timeoutMs?: number;
  /** Finds the addresses of a name; default: this machine's way. */
  readonly resolve?: typeof resolveName;
}): Post {
  const { allowPrivate, timeoutMs = TIMEOUT_MS, resolve: findAddresses = resolveName } = options;
  const lookup: LookupFunction = (host, lookupOptions, callback) => {
    findAddresses(host, { ...lookupOptions, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const allowed = addresses.filter(({ address }) => isAllowedAddress(address, allowPrivate));
      if (allowed.length === 0) return callback(new AddressRefused(host), '', 0);
      if (lookupOptions.all) return callback(null, allowed);
      return callback(null, allowed[0]!.address, allowed[0]!.family);
    });
  };

  return (address, headers, body) =>
    new Promise((resolve) => {
      if (!URL.canParse(address)) return resolve({ kind: 'refused', reason: 'the endpoint is not a URL' });
      const url = new URL(address);
      const host = url.hostname.replace(/^\[|\]$/g, '');
      // A literal address is never looked up, so it is checked here.
      if (isIP(host) !== 0 && !isAllowedAddress(host, allowPrivate)) {
        return resolve({ kind: 'refused', reason: new AddressRefused(host).message });
      }
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(url, {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        lookup,
        agent: false,
      });
      const timer = setTimeout(
        () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      const finish = (outcome: DeliveryOutcome) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      request.on('response', (response) => {
        finish(judge(response.statusCode ?? 0));
        // Only the status counts; an endless answer must not hold the connection.
        response.on('error', () => undefined);
        response.destroy();
      });
      request.on('error', (error) => {
        finish({ kind: error instanceof AddressRefused ? 'refused' : 'failed', reason: error.message });
      });
      request.end(body);
    });
}

class AddressRefused extends Error {
  constructor(host: string) {
    super(`${host} leads to an address that messages are not sent to`);
    this.name = 'AddressRefused';
  }
}

/** As SNS: 4xx but 429 is for good (https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html). */
function judge(status: number): DeliveryOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const reason = `the endpoint answered ${status}`;
  return status >= 400 && status < 500 && status !== 429
    ? { kind: 'refused', reason }
    : { kind: 'failed', reason };
}
